// Copies of another type than their group launches: somebody has chosen it by hand. One after another is replaced as in a rollout, a
// step with each look: another copy comes first, where the release allows one more, and traffic is left before anything ends.
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { paceOf } from "#core/plan/pace.ts";
import { limitsOf } from "#core/plan/replacing.ts";
import { borrow } from "./capacity.ts";
import type { Vm } from "./client.ts";
import type { Drift } from "./drift.ts";
import { carryOut, decided } from "./replace.ts";
import type { Copy, SideView } from "./side.ts";
import type { Version } from "./template.ts";

export type WrongSize = Drift & { copies: Copy[] };

/** `null` where all of the release's copies are as they should be, or the group launches something else. */
export function wrongSize(
  vm: Vm,
  target: TargetContext,
  current: string,
  { view, versions }: { view: SideView; versions: Version[] },
): WrongSize | null {
  const own = versions.find(({ number }) => number === view.templateVersion);
  if (own?.label?.version !== current || own.type === "") return null;
  const copies = view.copies
    .filter(({ version, type }) => version === current && type !== undefined && type !== own.type)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const [first] = copies;
  if (!first) return null;
  const named = copies.map(({ id, type }) => `${id} (${type})`).join(", ");
  const sentence = `${named} should be of type ${own.type}, as ${view.name} launches them.`;
  return { copies, sentence, takesAway: true, mend: () => replaceOne(vm, target, view, first, own) };
}

async function replaceOne(
  vm: Vm,
  target: TargetContext,
  view: SideView,
  copy: Copy,
  { label, type }: Version,
): Promise<RepairResult> {
  const { id } = copy;
  await borrow(vm, view);
  const { desired } = view;
  const { most } = limitsOf(paceOf(target.spec), desired);
  const leavingFirst = most > desired ? 0 : 1;
  const order = { version: label!.version, count: desired, leaving: [id], leavingFirst };
  const decision = await decided(vm, target, { ...order, action: "replace" }, view);
  await carryOut(vm, target, view, decision);
  const about = { replica: id, action: "replace" };
  if (!view.copies.some((one) => one.id === id))
    return { ...about, result: "repaired", detail: `one of type ${type} has taken its place` };
  // Nobody waits for connections that end in their own time: a later look ends it.
  if (copy.backend?.state === "draining")
    return { ...about, result: "held", detail: "it leaves traffic before it ends" };
  return { ...about, result: "begun", detail: `one of type ${type} takes its place` };
}
