// The function that calls hooks: one attempt, for the deployment that the workflow names.
import * as z from "zod/mini";
import { TuttiError } from "#core/errors.ts";
import type { HookRequest } from "#core/rollout/messages.ts";
import { asTuttiError } from "#engine/asking.ts";
import { runHook } from "#engine/run-hook.ts";
import { hookDeps } from "#functions/deps/hook-calls.ts";
import { createLog } from "#functions/deps/log.ts";

const deps = hookDeps(process.env);
const schema = z.object({
  deploymentId: z.string().check(z.minLength(1)),
  generation: z.int().check(z.gte(1)),
  traceId: z.optional(z.nullable(z.string())),
});

export const handler = async (event: unknown): Promise<unknown> => {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new TuttiError("invalid_input", "A deployment and its generation are needed.");
  const request: HookRequest = parsed.data;
  const { deploymentId, generation, traceId } = request;
  const log = createLog("hooks", { deploymentId, generation, ...(traceId ? { traceId } : {}) });
  const play = () => runHook({ ...deps, log }, request);
  const running = deps.meter ? deps.meter.during(request.deploymentId, play) : play();
  return running.catch((error: unknown) => Promise.reject(asTuttiError(error, "internal")));
};
