// The one way through every driver function: check the request and conduct it, with a log that says what it is about.
// Errors leave under the names that the workflow's Retry and Catch match on.
import type { DriverRequest } from "#core/rollout/messages.ts";
import { conduct } from "#engine/conduct.ts";
import type { EngineDeps } from "#engine/deps.ts";
import { createLog } from "#functions/deps/log.ts";
import { parseDriverRequest } from "./driver-request.ts";

export function conductor(deps: EngineDeps): (event: unknown) => Promise<unknown> {
  return async (event) => {
    const request = parseDriverRequest(event);
    const log = createLog(`driver-${deps.driver.kind}`, aboutOf(request));
    const play = () => conduct({ ...deps, log }, request);
    return deps.meter && "deploymentId" in request ? deps.meter.during(request.deploymentId, play) : play();
  };
}

/** Names only: task tokens, errors and rollout overrides stay out of the log. */
function aboutOf(request: DriverRequest): Record<string, unknown> {
  if (request.verb === "diagnose") return { verb: request.verb, environment: request.environment };
  if (!("deploymentId" in request))
    return { verb: request.verb, target: `${request.app}/${request.environment}` };
  const { verb, deploymentId, generation, traceId } = request;
  return { verb, deploymentId, generation, ...(traceId ? { traceId } : {}) };
}
