// The function that drives trains: one round, for the train that the workflow names. It knows no driver; deployments are the
// rollout workflow's.
import * as z from "zod/mini";
import { TuttiError } from "#core/errors.ts";
import type { TrainRequest } from "#core/train/messages.ts";
import { asTuttiError } from "#engine/asking.ts";
import { drive } from "#engine/train/drive.ts";
import { createLog } from "#functions/deps/log.ts";
import { trainDeps } from "#functions/deps/trains.ts";

const deps = trainDeps(process.env);
const schema = z.object({
  trainId: z.string().check(z.minLength(1)),
  generation: z.int().check(z.gte(1)),
  taskToken: z.string().check(z.minLength(1)),
  enteredAt: z.string().check(z.minLength(1)),
  traceId: z.optional(z.nullable(z.string())),
});

export const handler = async (event: unknown): Promise<void> => {
  const parsed = schema.safeParse(event);
  if (!parsed.success)
    throw new TuttiError("invalid_input", "A train, its generation and a token are needed.");
  const request: TrainRequest = parsed.data;
  const { trainId, generation, traceId } = request;
  const log = createLog("train", { train: trainId, generation, ...(traceId ? { traceId } : {}) });
  const play = () => drive({ ...deps, log }, request);
  const driving = deps.meter ? deps.meter.during(trainId, play) : play();
  return driving.catch((error: unknown) => Promise.reject(asTuttiError(error, "internal")));
};
