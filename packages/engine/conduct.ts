// What a driver function does with what it receives: one verb each. Whatever it throws has a name of the error table,
// since the workflow's Retry and Catch go by names.
import type { DriverRequest, EngineRequest } from "#core/rollout/messages.ts";
import { apply } from "./apply.ts";
import { asTuttiError } from "./asking.ts";
import { bake } from "./bake.ts";
import { check } from "./check.ts";
import type { EngineDeps } from "./deps.ts";
import { diagnose } from "./diagnose.ts";
import { noteDoubt } from "./doubt.ts";
import { finish } from "./finish.ts";
import { giveUp } from "./give-up.ts";
import { heal } from "./heal/heal.ts";
import { endMend, lookAfter } from "./heal/look-after.ts";
import { mend } from "./heal/mend.ts";
import { hold } from "./hold.ts";
import { inspect } from "./inspect.ts";
import { plan } from "./plan.ts";
import { playShard } from "./play-shard.ts";
import { preview } from "./preview.ts";
import { retire } from "./retire.ts";
import { rollBack } from "./roll-back.ts";

export async function conduct(deps: EngineDeps, request: DriverRequest): Promise<unknown> {
  try {
    return await dispatch(deps, request);
  } catch (error) {
    const known = asTuttiError(error, "internal");
    if (known.code !== "still_running" && known.code !== "fenced") {
      deps.log.warn(`${request.verb} failed`, {
        request: idsOf(request),
        code: known.code,
        error: known.message,
      });
    }
    throw known;
  }
}

function dispatch(deps: EngineDeps, request: DriverRequest): Promise<unknown> {
  switch (request.verb) {
    case "inspect":
      return inspect(deps, request);
    case "preview":
      return preview(deps, request);
    case "heal":
      return heal(deps, request);
    case "mend":
      return mend(deps, request);
    case "lookAfter":
      return lookAfter(deps, request);
    case "endMend":
      return endMend(deps, request);
    case "retire":
      return retire(deps, request);
    case "diagnose":
      return diagnose(deps, request);
    default:
      return play(deps, request);
  }
}

async function play(deps: EngineDeps, request: EngineRequest): Promise<unknown> {
  await noteDoubt(deps, request);
  switch (request.verb) {
    case "plan":
      return plan(deps, request);
    case "apply":
      return apply(deps, request);
    case "play":
      return playShard(deps, request);
    case "check":
      return check(deps, request);
    case "bake":
      return bake(deps, request);
    case "hold":
      return hold(deps, request);
    case "rollBack":
      return rollBack(deps, request);
    case "finish":
      return finish(deps, request);
    case "giveUp":
      return giveUp(deps, request);
  }
}

/** For the log: never the task token. */
function idsOf(request: DriverRequest): Record<string, unknown> {
  if ("deploymentId" in request) return { deployment: request.deploymentId, generation: request.generation };
  if (request.verb === "diagnose") return { environment: request.environment };
  return { app: request.app, environment: request.environment };
}
