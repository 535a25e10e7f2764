// Names of instances: one is found in Cloud Map only while it is healthy and on a side that has traffic. It leaves before it is drained,
// and is not ended until it has left. Where the group scales by itself there are no names: it ends instances without asking.
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { differenceOf, sentencesOf } from "#targets/cloud-map/difference.ts";
import { type Entry, isSame } from "#targets/cloud-map/names.ts";
import type { Vm } from "./client.ts";
import { type Copy, isHealthy, type SideView } from "./side.ts";

export function hasNames({ environment, spec }: TargetContext): boolean {
  return environment.discovery !== undefined && spec.scaling === undefined;
}

/** For the dry run. */
export function nameNotes(target: TargetContext): string[] {
  if (!target.environment.discovery || hasNames(target)) return [];
  return [
    `discovery: a group that scales by itself ends copies without asking, so ${target.app} is not found by name.`,
  ];
}

/** Before anything is changed. Throws `conflict` where the name is somebody else's. */
export async function ensureName(vm: Vm, target: TargetContext): Promise<void> {
  if (hasNames(target)) await vm.names.ensure(target);
}

export async function leaveNames(vm: Vm, target: TargetContext, copies: Copy[]): Promise<void> {
  if (target.environment.discovery) await vm.names.leave(target, entriesOf(target, copies));
}

/** Those that are found still, and asked again to leave. */
export async function stillNamed(vm: Vm, target: TargetContext, copies: Copy[]): Promise<Set<string>> {
  if (!target.environment.discovery || copies.length === 0) return new Set();
  const found = (await vm.names.list(target)) ?? [];
  const named = copies.filter((one) =>
    entriesOf(target, [one]).some((own) => found.some((entry) => isSame(entry, own))),
  );
  await leaveNames(vm, target, named);
  return new Set(named.map(({ id }) => id));
}

/** Answers whether all that are healthy there are found. */
export async function joinNames(
  vm: Vm,
  target: TargetContext,
  { copies }: Pick<SideView, "copies">,
): Promise<boolean> {
  if (!hasNames(target)) return true;
  const entries = entriesOf(target, copies.filter(isHealthy));
  await vm.names.join(target, entries);
  return differenceOf(await vm.names.list(target), entries).missing.length === 0;
}

/** What is not as it should be while no deployment is under way, with what puts it right. */
export async function nameDrift(vm: Vm, target: TargetContext, { copies }: Pick<SideView, "copies">) {
  if (!target.environment.discovery) return [];
  const healthy = hasNames(target) ? entriesOf(target, copies.filter(isHealthy)) : [];
  const { missing, strangers } = differenceOf(await vm.names.list(target), healthy);
  const none = { missing: [], strangers: [] };
  return [
    ...missing.map((one) => ({
      sentence: sentencesOf({ ...none, missing: [one] }, target.app)[0]!,
      mend: async () => {
        await vm.names.join(target, [one]);
        return begun(one.id, "named", "it is healthy");
      },
    })),
    ...strangers.map((one) => ({
      sentence: sentencesOf({ ...none, strangers: [one] }, target.app)[0]!,
      mend: async () => {
        await vm.names.leave(target, [one]);
        return begun(`${one.address}:${one.port}`, "unnamed", "it is no healthy copy");
      },
    })),
  ];
}

/** Cloud Map takes a moment: the next look tells. */
function begun(replica: string, action: string, detail: string): RepairResult {
  return { replica, result: "begun", action, detail };
}

function entriesOf({ spec }: TargetContext, copies: Copy[]): Entry[] {
  return copies.flatMap(({ id, address, backend }) =>
    address === null ? [] : [{ id, address, port: backend?.port || spec.port }],
  );
}
