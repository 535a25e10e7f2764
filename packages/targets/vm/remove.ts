// A step that takes copies away: out of traffic first, then ended, and their place in the group with them. A side that has
// no traffic is taken away whole once nothing on it is needed.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { paceOf } from "#core/plan/pace.ts";
import { limitsOf } from "#core/plan/replacing.ts";
import { deleteGroup, type Ending, endInstance } from "./capacity.ts";
import type { Vm } from "./client.ts";
import { whoOf } from "./ground.ts";
import { leaveNames, stillNamed } from "./names.ts";
import { goneObservation, leavingObservation } from "./observe.ts";
import { activeSide, type Copy, isHealthy, readSides, type SideView } from "./side.ts";
import type { StepState } from "./step-state.ts";

export async function playRemove(
  vm: Vm,
  target: TargetContext,
  step: Step,
  state: StepState,
): Promise<Progress> {
  const [sides, active] = await Promise.all([readSides(vm, target, state.known), activeSide(vm, target)]);
  const left: Copy[] = [];
  for (const view of sides) {
    const idle = view.side !== active;
    const leaving = view.copies.filter(({ id }) => step.replicas.includes(id));
    await drain(vm, target, leaving, { view, spare: allowed(step, view, target, idle) });
    const drained = leaving.filter(isDrained);
    const named = await stillNamed(vm, target, drained);
    const unnamed = drained.filter(({ id }) => !named.has(id));
    await end(vm, unnamed, view, step, idle);
    left.push(...view.copies.filter(({ id }) => step.replicas.includes(id)));
    // Ended and out of traffic: the group may still see the last one off.
    if (idle && leaving.length > 0 && view.copies.length === 0) await takeSideAway(vm, target, view);
  }
  const observations = step.replicas.map((id) => observed(id, left));
  return { phase: left.length === 0 ? "done" : "running", state, observations };
}

function observed(id: string, left: Copy[]): Observation {
  const copy = left.find((one) => one.id === id);
  return copy ? leavingObservation(copy) : goneObservation(id);
}

/** How many healthy copies may leave now: where the target stays, not more than it can spare. */
function allowed(step: Step, view: SideView, { spec }: TargetContext, idle: boolean): number {
  if (idle || step.desired === 0) return Number.POSITIVE_INFINITY;
  const desired = step.desired ?? view.desired;
  return view.copies.filter(isHealthy).length - limitsOf(paceOf(spec), desired).least;
}

async function drain(
  vm: Vm,
  target: TargetContext,
  leaving: Copy[],
  { view, spare }: { view: SideView; spare: number },
): Promise<void> {
  let left = spare;
  const now = leaving.filter((one) => {
    if (one.backend === null || one.backend.state === "draining" || one.backend.state === "unused")
      return false;
    if (!isHealthy(one)) return true;
    left -= 1;
    return left >= 0;
  });
  if (now.length === 0 || view.targetGroupArn === null) return;
  await leaveNames(vm, target, now);
  await vm.balancer.deregister(
    view.targetGroupArn,
    now.map(({ backend }) => ({ address: backend!.address, port: backend!.port })),
  );
  for (const one of now) one.backend = { ...one.backend!, state: "draining" };
}

function isDrained({ backend }: Copy): boolean {
  return backend === null || backend.state === "unused";
}

async function end(vm: Vm, drained: Copy[], view: SideView, step: Step, idle: boolean): Promise<void> {
  for (const { id } of drained) await endInstance(vm, view, id, endingFor(view, step, idle));
}

function endingFor(view: SideView, step: Step, idle: boolean): Ending {
  if (idle || view.desired > (step.desired ?? Number.POSITIVE_INFINITY)) return "shrinks";
  return view.capacity > view.desired ? "givesBack" : "keeps";
}

/** Its copies leave the target group, then the group goes with all that is in it, and then its place behind the balancer. */
export async function takeSideAway(vm: Vm, target: TargetContext, view: SideView): Promise<void> {
  const backends = view.copies.flatMap(({ backend }) => backend ?? []);
  await leaveNames(vm, target, view.copies);
  if (view.targetGroupArn !== null) await vm.balancer.deregister(view.targetGroupArn, backends);
  await deleteGroup(vm, view.name);
  await vm.balancer.removeSide(whoOf(target), view.side);
}
