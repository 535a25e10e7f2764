// The one way through every driver function: check the request and conduct it, with a log that says what it is about.
// To the workflow errors leave under the names that its Retry and Catch match on, to whoever asks directly as an answer.
import { answerOf, isDirect } from "#core/driver/answer.ts";
import type { DriverRequest } from "#core/rollout/messages.ts";
import { conduct } from "#engine/conduct.ts";
import type { EngineDeps } from "#engine/deps.ts";
import type { Engines } from "#functions/deps/engines.ts";
import { createLog } from "#functions/deps/log.ts";
import { parseDriverRequest } from "./driver-request.ts";

export function conductor(deps: Engines): (event: unknown) => Promise<unknown> {
  return async (event) => {
    const request = parseDriverRequest(event);
    const log = createLog(`driver-${deps.driver.kind}`, aboutOf(request));
    const play = async () => conduct({ ...(await engineFor(deps, request)), log }, request);
    if (isDirect(request)) return answerOf(play());
    return deps.meter && "deploymentId" in request ? deps.meter.during(request.deploymentId, play) : play();
  };
}

/** The one of the account that the target lives in. Nothing is read for it where the installation knows no other account. */
async function engineFor(deps: Engines, request: DriverRequest): Promise<EngineDeps> {
  if (!deps.in) return deps;
  const { deployments, environments } = deps.store;
  const name =
    "deploymentId" in request
      ? (await deployments.get(request.deploymentId))?.environment
      : request.environment;
  const account = name && (await environments.get(name))?.accounts?.[deps.driver.kind];
  return account ? deps.in(account) : deps;
}

/** Names only: task tokens, errors and rollout overrides stay out of the log. */
function aboutOf(request: DriverRequest): Record<string, unknown> {
  if (request.verb === "diagnose") return { verb: request.verb, environment: request.environment };
  if (!("deploymentId" in request))
    return { verb: request.verb, target: `${request.app}/${request.environment}` };
  const { verb, deploymentId, generation, traceId } = request;
  return { verb, deploymentId, generation, ...(traceId ? { traceId } : {}) };
}
