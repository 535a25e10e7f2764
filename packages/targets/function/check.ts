// One look at a step under way, moving it on as far as it goes without waiting.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import { type FunctionDeps, type Live, nameOf, type Published, readFunction, readLive } from "./client.ts";
import { keep } from "./keep.ts";
import { isOurs, replicaIdOf } from "./naming.ts";
import { probe } from "./probe.ts";
import { playShift } from "./shift.ts";
import { readState } from "./shift-state.ts";

export async function check(
  deps: FunctionDeps,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  if (step.type === "shift" && step.version) return checkShift(deps, target, step, state);
  if (step.keeps) return keep(deps, target, step.keeps, state);
  if (step.action === "remove") return checkRemoval(deps, target, step);
  return { phase: "done", state: null, observations: await lookAtServing(deps, target, step) };
}

/** What no waiting will mend ends the step with a reason; everything else is thrown. */
export async function checkShift(
  deps: FunctionDeps,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  try {
    return await playShift(deps, target, step, readState(state));
  } catch (error) {
    if (error instanceof Refusal) return { phase: "failed", reason: error.message, observations: [] };
    throw error;
  }
}

export async function checkRemoval(deps: FunctionDeps, target: TargetContext, step: Step): Promise<Progress> {
  const found = await readFunction(deps.lambda, nameOf(deps, target));
  const gone = !found || !isOurs(found.Tags, target.app, target.environment.name);
  const observations = step.replicas.map((replica) => ({
    ...nothing(replica, gone ? "removed" : "not removed yet"),
    ...(gone ? {} : { version: replica }),
  }));
  return { phase: gone ? "done" : "running", state: null, observations };
}

/** A bake: the version of the step, or all that have traffic where it names none. */
async function lookAtServing(deps: FunctionDeps, target: TargetContext, step: Step): Promise<Observation[]> {
  const live = await readLive(deps, nameOf(deps, target));
  const serving = live ? servingVersions(live) : [];
  const wanted = serving.filter((one) => !step.version || one.label?.version === step.version);
  if (wanted.length === 0 && step.version) return [nothing(step.version, "it has no traffic")];
  return Promise.all(wanted.map((one) => lookAt(deps, target, live!.name, one)));
}

async function lookAt(
  deps: FunctionDeps,
  target: TargetContext,
  name: string,
  one: Published,
): Promise<Observation> {
  const look = await probe(deps.lambda, name, one.number, target.spec.health);
  return {
    replica: replicaIdOf(one.label, one.number),
    version: one.label?.version ?? null,
    health: look.healthy ? "healthy" : "unhealthy",
    reachable: true,
    hopeless: look.hopeless,
    serving: true,
    detail: look.detail,
  };
}

function nothing(replica: string, detail: string): Observation {
  return {
    replica,
    version: null,
    health: "unknown",
    reachable: true,
    hopeless: false,
    serving: false,
    detail,
  };
}

function servingVersions(live: Live): Published[] {
  return live.versions.filter((one) => (live.alias?.percents.get(one.number) ?? 0) > 0);
}
