// Who may come and who may go next in a step of a kept driver: pure, from what is live alone, with the care that the drivers of real
// platforms take. Never fewer healthy copies than `least` because of a step, and never more copies than `most`, both of the count
// that is wanted at this moment; whoever was broken when the plan was made and is well by now is a healthy copy.
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import { limitsOf } from "#core/plan/replacing.ts";
import { isServed, isWell, type KeptWorld, trafficOf } from "./kept-world.ts";

/** Copies of the step's version that are not to go. */
export function staying(world: KeptWorld, { version, leaving = [] }: Step): string[] {
  return [...world.copies]
    .filter(([id, copy]) => copy.version === version && !leaving.includes(id))
    .map(([id]) => id);
}

/** Copies that leave now. Some may before the new ones start; the others when all new ones are healthy. */
export function mayGo(world: KeptWorld, step: Step, spec: Spec): string[] {
  const { leaving = [], leavingFirst = 0 } = step;
  const there = leaving.filter((id) => world.copies.has(id));
  const firsts = leaving.slice(0, leavingFirst);
  return spared(
    world,
    isProven(world, step) ? there : there.filter((id) => firsts.includes(id)),
    leastOf(world, spec),
  );
}

/** Copies that a step which takes copies away may take now: all of a side without traffic, or of a target that is to go. */
export function mayLeave(world: KeptWorld, { replicas, desired }: Step, spec: Spec): string[] {
  const there = replicas.filter((id) => world.copies.has(id));
  const least = limitsOf(spec.rollout, desired ?? world.desired ?? spec.replicas).least;
  if (desired === 0 || isIdle(world, there)) return there;
  return spared(world, there, least);
}

/** They stand on a side that gets nothing of the traffic. */
export function isIdle(world: KeptWorld, ids: string[]): boolean {
  return ids.every((id) => !isServed(world, world.copies.get(id)!));
}

/** It starts a side while another version has the traffic. */
export function isBeside(world: KeptWorld, { action, version }: Step): boolean {
  const traffic = trafficOf(world).map((share) => share.version);
  return action === "startBeside" && traffic.length > 0 && !traffic.includes(version!);
}

/** How many copies start now. One more than planned where none may leave before another one is there. */
export function mayStart(world: KeptWorld, step: Step, spec: Spec): number {
  if (step.action === "startBeside") return missing(world, step);
  const { most } = limitsOf(spec.rollout, world.desired ?? spec.replicas);
  const free = Math.max(0, most - world.copies.size);
  const isHeld = isProven(world, step) && step.leaving?.some((id) => world.copies.has(id));
  return Math.min(free, isHeld && mayGo(world, step, spec).length === 0 ? 1 : missing(world, step));
}

export function missing(world: KeptWorld, step: Step): number {
  return Math.max(0, (step.count ?? 0) - staying(world, step).length);
}

export function isUnfinished(world: KeptWorld, step: Step): boolean {
  return !isProven(world, step) || (step.leaving ?? []).some((id) => world.copies.has(id));
}

/** As many of the version are well as the step is to leave standing. */
function isProven(world: KeptWorld, step: Step): boolean {
  const well = staying(world, step).filter((id) => isWell(world, world.copies.get(id)!));
  return well.length >= (step.count ?? 0);
}

function leastOf(world: KeptWorld, spec: Spec): number {
  return limitsOf(spec.rollout, world.desired ?? spec.replicas).least;
}

/** Of those who are to go, in their order: the broken ones, and as many healthy ones as can be spared. */
function spared(world: KeptWorld, ids: string[], least: number): string[] {
  let spare = [...world.copies.values()].filter((copy) => isWell(world, copy)).length - least;
  return ids.filter((id) => {
    if (!isWell(world, world.copies.get(id)!)) return true;
    spare -= 1;
    return spare >= 0;
  });
}
