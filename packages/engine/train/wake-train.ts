// Tells a train that there is something to see: a deployment of it has ended, or somebody wants it to end. What goes wrong here is
// mended by the sweep and by the train itself, which looks from time to time.
import type { Deployment } from "#core/domain/deployment.ts";
import type { TrainMove } from "#core/train/messages.ts";
import type { ControlDeps } from "../deps.ts";
import { sendOutput } from "../wake.ts";

const LOOK: TrainMove = { next: "drive" };

export async function wakeTrain(deps: ControlDeps, trainId: string): Promise<void> {
  try {
    const train = await deps.store.trains.get(trainId);
    if (train?.taskToken) await sendOutput(deps, train.taskToken, LOOK);
  } catch (error) {
    deps.log.warn("a train could not be woken; the sweep will", { train: trainId, error: String(error) });
  }
}

/** For a deployment that has ended. */
export async function wakeTrainOf(deps: ControlDeps, { train }: Pick<Deployment, "train">): Promise<void> {
  if (train !== undefined) await wakeTrain(deps, train);
}
