// Before copies are launched: the image, the template version that names it, a place behind the load balancer, and a group
// that launches the release. Each is looked for first, so that a second run makes nothing twice.
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { borrow, createGroup, markUnhealthy, raise, setTemplate } from "./capacity.ts";
import { tagGroup, type Vm } from "./client.ts";
import { whoOf } from "./ground.ts";
import { prepareImage } from "./image/prepare.ts";
import { TAGS } from "./naming.ts";
import { healthOf, readSide, type SideView } from "./side.ts";
import type { StepState } from "./step-state.ts";
import { ensureVersion } from "./template.ts";

export type Arranged = { progress: Progress } | { view: SideView; events: NewEvent[] };

/** Fills `state` in. `side`: where the copies are to run. */
export async function arrange(
  vm: Vm,
  target: TargetContext,
  step: Step,
  state: StepState,
  side: Side,
): Promise<Arranged> {
  const image = await prepareImage(vm, target, step, state.image ?? null);
  if (image.phase === "failed")
    return { progress: { phase: "failed", reason: image.reason, observations: [] } };
  if (image.phase === "running") {
    state.image = image.state;
    return { progress: { phase: "running", state, observations: image.observations } };
  }
  delete state.image;
  const release = await target.release(step.version!);
  const templateVersion = await ensureVersion(vm, target, release, image.image.image);
  const { health, port, rollout } = target.spec;
  const targetGroupArn = await vm.balancer.ensure({
    ...whoOf(target),
    port,
    health,
    drainSeconds: rollout.drainSeconds,
    targetType: "instance",
    side,
  });
  Object.assign(state, { side, targetGroupArn });
  const wanted = { version: release.version, templateVersion };
  const view = await launching(vm, target, step, state, wanted);
  return { view, events: image.events };
}

async function launching(
  vm: Vm,
  target: TargetContext,
  step: Step,
  { side, targetGroupArn, known }: StepState,
  wanted: { version: string; templateVersion: string },
): Promise<SideView> {
  const read = () => readSide(vm, target, side!, targetGroupArn!, known);
  const found = await read();
  if (found) {
    await setTemplate(vm, target, found, wanted);
    if (found.tags[TAGS.keptUntil] !== undefined) await tagGroup(vm, found.name, { [TAGS.keptUntil]: null });
    await borrow(vm, found);
    await replaceBroken(vm, target, step, found);
    // Beside, there is nobody to take turns with: all start at once.
    const missing = step.action === "startBeside" ? (step.count ?? 0) - found.capacity : 0;
    if (missing > 0) await raise(vm, found, missing, 0);
    return found;
  }
  const desired = Math.max(step.count ?? 0, step.desired ?? 0, (step.leaving ?? []).length);
  await createGroup(vm, target, { side: side!, targetGroupArn: targetGroupArn!, desired, ...wanted });
  const made = await read();
  if (!made) throw new Error(`The group ${side} was made and is not there.`);
  await borrow(vm, made);
  return made;
}

/** Copies of the version that failed within the budget, in an earlier step: the group replaces them. */
async function replaceBroken(vm: Vm, target: TargetContext, step: Step, view: SideView): Promise<void> {
  const { graceSeconds, intervalSeconds, unhealthyThreshold } = target.spec.health;
  const patience = graceSeconds + intervalSeconds * unhealthyThreshold;
  const own = new Set([...step.replicas, ...(step.leaving ?? [])]);
  for (const copy of view.copies)
    if (copy.version === step.version && !own.has(copy.id)) {
      const { health } = healthOf(copy, patience, target.clock.now());
      if (health === "unhealthy") await markUnhealthy(vm, copy.id);
    }
}
