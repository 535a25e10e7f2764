// Copies that an imagined platform keeps and names, in memory: what an Auto Scaling group or an ECS service is to a
// driver. For tests of what servers, which are updated in place, do not need: surge, two sides, names that come late.
import type { Fleet } from "#core/domain/replica.ts";
import type { Behaviour } from "./world.ts";

export type Copy = {
  version: string;
  /** Looks since it was started; it is healthy after `looksToHealthy`. */
  looks: number;
  dead: boolean;
};

export type KeptWorld = {
  copies: Map<string, Copy>;
  behaviours: Record<string, Behaviour>;
  looksToHealthy: number;
  /** Percent of the traffic by version, once somebody has shifted it; else every healthy copy has its share. */
  weights: Map<string, number> | null;
  /** The platform's own count, which scaling may change at any moment; `null` before the first copy. */
  desired: number | null;
  /** Versions whose image stands. */
  images: Set<string>;
  /** Something that a rollout takes and must give back at its end. */
  borrowed: boolean;
  started: number;
  /** The most copies and the fewest healthy ones at any moment. */
  most: number;
  fewestHealthy: number;
};

export function keptWorld(options: Partial<KeptWorld> = {}): KeptWorld {
  return {
    copies: new Map(),
    behaviours: {},
    looksToHealthy: 1,
    weights: null,
    desired: null,
    images: new Set(),
    borrowed: false,
    started: 0,
    most: 0,
    fewestHealthy: Number.POSITIVE_INFINITY,
    ...options,
  };
}

export function behaviourOf(world: KeptWorld, version: string): Behaviour {
  return world.behaviours[version] ?? "good";
}

export function isWell(world: KeptWorld, copy: Copy): boolean {
  return !copy.dead && behaviourOf(world, copy.version) === "good" && copy.looks >= world.looksToHealthy;
}

/** Its version has a part of the traffic, as every one has before somebody has shifted it. */
export function isServed({ weights }: KeptWorld, { version }: Copy): boolean {
  return weights === null || weights.size === 0 || (weights.get(version) ?? 0) > 0;
}

export function trafficOf(world: KeptWorld): Fleet["traffic"] {
  if (world.weights)
    return [...world.weights].flatMap(([version, percent]) => (percent > 0 ? [{ version, percent }] : []));
  const well = [...world.copies.values()].filter((copy) => isWell(world, copy));
  const versions = [...new Set(well.map((copy) => copy.version))];
  return versions.map((version) => {
    const count = well.filter((copy) => copy.version === version).length;
    return { version, percent: Math.round((100 * count) / well.length) };
  });
}

export function start(world: KeptWorld, version: string): string {
  world.started += 1;
  const id = `copy-${world.started}`;
  world.copies.set(id, { version, looks: 0, dead: false });
  world.most = Math.max(world.most, world.copies.size);
  return id;
}

export function stop(world: KeptWorld, ids: string[]): void {
  if (ids.length === 0) return;
  for (const id of ids) world.copies.delete(id);
  const healthy = [...world.copies.values()].filter((copy) => isWell(world, copy)).length;
  world.fewestHealthy = Math.min(world.fewestHealthy, healthy);
}
