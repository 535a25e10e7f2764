// One look at a step under way, moving it on where its next phase is due, or at a bake, where it only looks.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { bring } from "./bring.ts";
import type { Container } from "./container.ts";
import { mainSide, readLive } from "./live.ts";
import { lookAt, watchFrom } from "./look.ts";
import { remove } from "./remove.ts";
import { playShift } from "./shift.ts";
import { readState, sinceOf } from "./state.ts";

/** Applying and looking are the same here: each begins with what is live. */
export async function play(
  container: Container,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  if (step.type === "bake") return bake(container, target, step);
  if (step.type === "shift" && step.version) return playShift(container, target, step, readState(state));
  if (step.action === "remove") return remove(container, target, step);
  if (step.action === "replace" || step.action === "startBeside")
    return bring({ container, target, step }, readState(state));
  throw new TuttiError(
    "internal",
    `A container knows no step of the type ${step.type} ${step.action ?? ""}.`,
  );
}

/** ECS replaces a copy that fails by itself, so what failed since the bake began is looked for among the ended ones. */
async function bake(container: Container, target: TargetContext, step: Step): Promise<Progress> {
  const live = await readLive(container, target);
  const ours = step.version ? live.sides.find(({ version }) => version === step.version) : mainSide(live);
  if (!ours && step.version)
    return { phase: "failed", reason: `The service of ${step.version} is gone.`, observations: [] };
  if (!ours) return { phase: "running", state: null, observations: [] };
  const primary = ours.service.deployments?.[0]?.id ?? "";
  const looked = lookAt(ours, watchFrom(sinceOf(step, target.clock), primary));
  const seen = new Set(looked.observations.map(({ replica }) => replica));
  const left = step.replicas.filter((replica) => !seen.has(replica)).map(scaledIn);
  return { phase: "running", state: null, observations: [...looked.observations, ...left] };
}

/** Ended because somebody wished it: neither good nor bad. */
function scaledIn(replica: string): Observation {
  return {
    replica,
    version: null,
    health: "draining",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: "ended by scaling",
  };
}
