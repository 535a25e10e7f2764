// One look at a step under way, moving it on where its next phase is due; of a bake, a look and nothing more.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import type { Vm } from "./client.ts";
import { prepareImage } from "./image/prepare.ts";
import { askWhy, observationOf } from "./observe.ts";
import { playRemove } from "./remove.ts";
import { playReplace } from "./replace.ts";
import { playShift } from "./shift.ts";
import { readSides } from "./side.ts";
import { readState, type StepState } from "./step-state.ts";

/** Begins the step as well: everything is looked for before it is made, so that beginning is carrying on from nothing. */
export function checkStep(vm: Vm, target: TargetContext, step: Step, memory: unknown): Promise<Progress> {
  const state = readState(memory);
  if (step.type === "bake") return bake(vm, target, step, state);
  if (step.type === "prepare") return prepare(vm, target, step, state);
  if (step.type === "shift") return playShift(vm, target, step, state);
  if (step.action === "remove") return playRemove(vm, target, step, state);
  if (step.action === "replace" || step.action === "startBeside") return playReplace(vm, target, step, state);
  throw new TuttiError("internal", `A vm knows no step ${step.type} ${step.action ?? ""}.`);
}

async function prepare(vm: Vm, target: TargetContext, step: Step, state: StepState): Promise<Progress> {
  const image = await prepareImage(vm, target, step, state.image ?? null);
  if (image.phase === "failed") return { phase: "failed", reason: image.reason, observations: [] };
  if (image.phase === "ready") {
    const { events, used } = image;
    return { phase: "done", state, observations: [], events, ...(used ? { used } : {}) };
  }
  return { phase: "running", state: { ...state, image: image.state }, observations: image.observations };
}

async function bake(vm: Vm, target: TargetContext, step: Step, state: StepState): Promise<Progress> {
  const copies = (await readSides(vm, target, state.known)).flatMap((side) => side.copies);
  // The bake of a shift watches a version, that of a batch its copies.
  const mine = copies.filter(
    ({ id, version }) => step.replicas.includes(id) || step.replicas.includes(version ?? ""),
  );
  await askWhy(vm, target, state.asked, mine);
  const seen = mine.map((copy) => observationOf(copy, state.asked, target.clock.now()));
  const observations = step.replicas.map((replica) => ofReplica(replica, seen));
  return { phase: "running", state, observations };
}

function ofReplica(replica: string, seen: Observation[]): Observation {
  const own = seen.find((one) => one.replica === replica);
  if (own) return own;
  const its = seen.filter((one) => one.version === replica || one.version === null);
  const sick = its.find((one) => one.health === "unhealthy");
  if (its.length > 0) return { ...(sick ?? its[0]!), replica, version: replica };
  return {
    replica,
    version: null,
    health: "unhealthy",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: "the instance is gone",
  };
}
