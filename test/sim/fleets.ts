// What runs, imagined: hosts that are updated in place, or copies that a platform keeps. The drivers are the fakes that pass the
// drivers' contract; here nature is added, and a view by which the promises are judged.

import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver } from "#core/driver/driver.ts";
import { fakeDriver } from "#targets/fake/driver.ts";
import { keptDriver } from "#targets/fake/kept-driver.ts";
import { isServed, isWell, keptWorld, start } from "#targets/fake/kept-world.ts";
import { type Behaviour, fakeWorld, isHealthy } from "#targets/fake/world.ts";
import type { Chance } from "./chance.ts";
import type { SimTime } from "./time.ts";

export type SimKind = "server" | "vm" | "container";

/** One copy as it is, whoever knows it. */
export type Seen = { version: string; healthy: boolean; reachable: boolean; served: boolean };

export type SimFleet = {
  kind: SimKind;
  driver: Driver;
  behaviours: Record<string, Behaviour>;
  copies(): Map<string, Seen>;
  /** By version, where traffic is weighted. */
  weights(): Map<string, number>;
  /** What becomes of copies with time alone. */
  ripen(): void;
  /** Something breaks, leaves or comes back. Answers what it was. */
  nature(): string;
  /** All hosts are there again, and nothing is broken that nobody could mend. */
  calm(): void;
};

const START_MS = 4_000;

export function simFleet(kind: SimKind, copies: number, time: SimTime, chance: Chance): SimFleet {
  return kind === "server" ? hostFleet(copies, time, chance) : keptFleet(kind, time, chance);
}

function hostFleet(copies: number, time: SimTime, chance: Chance): SimFleet {
  const world = fakeWorld(copies + chance.whole(0, 2), { looksToHealthy: 3 });
  const young = youth(time);
  const hosts = () => [...world.hosts.values()];
  return {
    kind: "server",
    driver: fakeDriver(world),
    behaviours: world.behaviours,
    copies: () =>
      new Map(
        hosts().flatMap((host) => {
          const { id, version, reachable } = host;
          return version === null
            ? []
            : [[id, { version, healthy: isHealthy(world, host), reachable, served: true }]];
        }),
      ),
    weights: () => new Map(),
    ripen: () => {
      for (const host of hosts())
        if (host.version !== null && young.isRipe(`${host.id} ${host.version}`))
          host.looks = Math.max(host.looks, 3);
      young.keep(hosts().flatMap(({ id, version }) => (version === null ? [] : [`${id} ${version}`])));
    },
    nature: () => {
      const host = chance.pick(hosts());
      if (!host.reachable) {
        host.reachable = true;
        return `${host.id} answers again`;
      }
      if (host.version !== null && chance.hits(0.7)) {
        host.dead = true;
        return `${host.id} dies`;
      }
      if (hosts().filter((one) => !one.reachable).length > 0) return "nothing";
      host.reachable = false;
      return `${host.id} does not answer`;
    },
    calm: () => {
      for (const host of hosts()) host.reachable = true;
    },
  };
}

function keptFleet(kind: "vm" | "container", time: SimTime, chance: Chance): SimFleet {
  const world = keptWorld({ looksToHealthy: 3 });
  const young = youth(time);
  const driver = { ...keptDriver(world), kind, capabilities: CAPABILITIES[kind] };
  const ids = () => [...world.copies.keys()];
  return {
    kind,
    driver,
    behaviours: world.behaviours,
    copies: () =>
      new Map(
        [...world.copies].map(([id, copy]) => [
          id,
          {
            version: copy.version,
            healthy: isWell(world, copy),
            reachable: true,
            served: isServed(world, copy),
          },
        ]),
      ),
    weights: () => world.weights ?? new Map(),
    ripen: () => {
      for (const [id, copy] of world.copies) if (young.isRipe(id)) copy.looks = Math.max(copy.looks, 3);
      young.keep(ids());
      // ECS replaces a task that ended, by itself.
      if (kind === "container")
        for (const [id, copy] of world.copies)
          if (copy.dead) {
            world.copies.delete(id);
            start(world, copy.version);
          }
    },
    nature: () => {
      if (world.copies.size === 0) return "nothing";
      const id = chance.pick(ids());
      if (chance.hits(0.75)) {
        world.copies.get(id)!.dead = true;
        return `${id} dies`;
      }
      return scaled();
    },
    calm: () => {},
  };

  /** The platform counts, and chooses another number. */
  function scaled(): string {
    const versions = new Set([...world.copies.values()].map((copy) => copy.version));
    if (versions.size !== 1 || world.desired === null || world.weights !== null) return "nothing";
    const [version] = versions;
    if (chance.hits(0.5) && world.desired > 2) {
      world.desired -= 1;
      world.copies.delete(chance.pick(ids()));
      return "scaled in by one";
    }
    world.desired += 1;
    start(world, version!);
    return "scaled out by one";
  }
}

/** Who has been there for so long as a start takes. */
function youth(time: SimTime) {
  const since = new Map<string, number>();
  return {
    isRipe: (name: string) => {
      if (!since.has(name)) since.set(name, time.now());
      return time.now() - since.get(name)! >= START_MS;
    },
    keep: (names: string[]) => {
      const there = new Set(names);
      for (const name of since.keys()) if (!there.has(name)) since.delete(name);
    },
  };
}
