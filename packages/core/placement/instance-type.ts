// Which type of instance an app gets: the smallest that has what a copy needs, of those that the environment allows and that
// run the image. Pure; what the types are is read by whoever asks.
import { type Resources, scarce, tellResources } from "./resources.ts";

export type InstanceType = Pick<Resources, "cpu" | "memoryMiB"> & { name: string; architectures: string[] };

/** `architecture` is the image's, in EC2's words: `arm64`, `x86_64`. */
export type InstanceWish = Pick<Resources, "cpu" | "memoryMiB"> & { architecture: string };

/** `t4g.*` stands for all sizes of it. */
export function isAllowed(name: string, allowed: readonly string[]): boolean {
  return placeIn(allowed, name) >= 0;
}

/** Fewest vCPU, then least memory, then as the environment lists them. `null` where none fits. */
export function smallestType(
  types: readonly InstanceType[],
  wish: InstanceWish,
  allowed: readonly string[],
): InstanceType | null {
  const fitting = types.filter((one) => isAllowed(one.name, allowed) && obstacle(one, wish) === null);
  const [first] = fitting.sort(
    (a, b) =>
      a.cpu - b.cpu ||
      a.memoryMiB - b.memoryMiB ||
      placeIn(allowed, a.name) - placeIn(allowed, b.name) ||
      (a.name < b.name ? -1 : 1),
  );
  return first ?? null;
}

/** What is missing, and what there is. */
export function whyNoType(
  types: readonly InstanceType[],
  wish: InstanceWish,
  allowed: readonly string[],
): string {
  const needs = `No type of instance has ${tellResources({ ...wish, diskGiB: 0 })}`;
  const those = types.filter(({ name }) => isAllowed(name, allowed));
  if (those.length === 0) return `${needs}: EC2 offers none of ${allowed.join(", ")} here.`;
  const told = [...Map.groupBy(those, (one) => obstacle(one, wish))].map(([what, kept]) => {
    const count = `${kept.length} ${kept.length === 1 ? "has" : "have"}`;
    if (what === "architecture") return `${count} not the image's architecture, ${wish.architecture}`;
    return `${count} too little ${what} (most: ${Math.max(...kept.map((one) => one[what as "cpu"]))})`;
  });
  return `${needs}. Of ${those.length} allowed (${allowed.join(", ")}): ${told.join("; ")}.`;
}

function obstacle(type: InstanceType, wish: InstanceWish): "architecture" | "cpu" | "memoryMiB" | null {
  if (!type.architectures.includes(wish.architecture)) return "architecture";
  const lacking = scarce({ ...type, diskGiB: 0 }, { ...wish, diskGiB: 0 });
  return lacking === "diskGiB" ? null : lacking;
}

function placeIn(allowed: readonly string[], name: string): number {
  return allowed.findIndex((pattern) => isMeant(name, pattern));
}

function isMeant(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
