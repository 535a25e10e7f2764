// A shift of traffic between the two sides, read back. Never toward a side without a healthy copy: the balancer refuses, and
// the step goes on watching.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { tagGroup, type Vm } from "./client.ts";
import { whoOf } from "./ground.ts";
import { joinNames, leaveNames } from "./names.ts";
import { TAGS } from "./naming.ts";
import { isHealthy, readSides, type SideView } from "./side.ts";
import type { StepState } from "./step-state.ts";

export async function playShift(
  vm: Vm,
  target: TargetContext,
  step: Step,
  state: StepState,
): Promise<Progress> {
  const percent = step.weightPercent ?? 100;
  const sides = await readSides(vm, target, state.known);
  const its = sides.find((one) => one.copies.some(({ version }) => version === step.version));
  if (!its)
    return {
      phase: "failed",
      reason: `No copy of ${step.version} stands that could take traffic.`,
      observations: [],
    };
  const other: Side = its.side === "a" ? "b" : "a";
  const before = await vm.balancer.weights(whoOf(target));
  const wanted = { [its.side]: percent, [other]: 100 - percent };
  const { weights, refused } = await vm.balancer.shift(whoOf(target), wanted);
  const share = weights[its.side] ?? 0;
  const moved = refused === null && share === percent;
  const observations = [observed(step.version!, its, moved, refused)];
  if (!moved || !(await renamed(vm, target, { its, sides, percent })))
    return { phase: "running", state, observations };
  if (percent === 100) await keep(vm, target, its, sides);
  const told = before[its.side] === percent && state.told.includes("shifted");
  if (!told) state.told.push("shifted");
  const message = `${step.version} has ${share}% of the traffic (read back).`;
  return { phase: "done", state, observations, events: told ? [] : [{ type: "traffic", message }] };
}

/** Whoever has traffic is found under the name, and when one side has all of it, nobody else. */
async function renamed(
  vm: Vm,
  target: TargetContext,
  { its, sides, percent }: { its: SideView; sides: SideView[]; percent: number },
): Promise<boolean> {
  const named = await joinNames(vm, target, its);
  const others = sides.filter((one) => one !== its && percent === 100).flatMap(({ copies }) => copies);
  if (named) await leaveNames(vm, target, others);
  return named;
}

/** The side that has all of the traffic is not kept for a while but for good; the other one is, for so long. */
async function keep(vm: Vm, target: TargetContext, its: SideView, sides: SideView[]): Promise<void> {
  if (its.tags[TAGS.keptUntil] !== undefined) await tagGroup(vm, its.name, { [TAGS.keptUntil]: null });
  const other = sides.find((one) => one !== its);
  if (!other || other.tags[TAGS.keptUntil] !== undefined) return;
  const until = new Date(target.clock.now() + target.spec.vm.keepSeconds * 1000);
  await tagGroup(vm, other.name, { [TAGS.keptUntil]: until.toISOString() });
}

function observed(version: string, view: SideView, serving: boolean, refused: string | null): Observation {
  const mine = view.copies.filter((one) => one.version === version);
  const sick = mine.find((one) => !isHealthy(one));
  const healthy = sick === undefined && mine.length > 0;
  const said = sick?.backend?.detail || sick?.backend?.state || "not in service";
  return {
    replica: version,
    version,
    health: healthy ? "healthy" : "unhealthy",
    reachable: true,
    hopeless: false,
    serving,
    detail: refused ?? (sick ? `${sick.id}: ${said}` : "all copies are healthy"),
  };
}
