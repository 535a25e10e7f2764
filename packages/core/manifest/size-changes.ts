// What a release changes in the size of a copy, against the release that runs: by the manifest's key, old and new, and by the type of
// instance where the kind has one for each copy. Pure.
import type { Fleet } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";

/** `null`: it is not said. */
export type SizeChange = { name: string; from: string | null; to: string | null };

/** Where nothing runs nothing changes. */
export function sizeChanges(
  before: Spec | null,
  after: Spec,
  { replicas, size }: Pick<Fleet, "replicas" | "size">,
): SizeChange[] {
  if (before === null) return [];
  const [old, next] = [sizeOf(before), sizeOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  const live = [...new Set(replicas.flatMap((one) => one.size ?? []))].sort().join(", ");
  const types = live === "" || size === undefined ? [] : [{ name: "instance type", from: live, to: size }];
  return [...names.map((name) => ({ name, from: told(old[name]), to: told(next[name]) })), ...types].filter(
    ({ from, to }) => from !== to,
  );
}

function sizeOf({ kind, resources, server, vm, function: own }: Spec): Record<string, number | undefined> {
  const { cpu, memoryMiB, diskGiB } = resources;
  const whole = { "resources.cpu": cpu, "resources.memoryMiB": memoryMiB, "resources.diskGiB": diskGiB };
  if (kind === "function")
    return { "function.memoryMiB": own.memoryMiB, "function.ephemeralMiB": own.ephemeralMiB };
  if (kind === "server") return server.placement === undefined ? {} : whole;
  if (kind === "vm" && vm.least === undefined)
    return { ...whole, "resources.cpu": undefined, "resources.memoryMiB": undefined };
  return whole;
}

function told(value: number | undefined): string | null {
  return value === undefined ? null : String(value);
}
