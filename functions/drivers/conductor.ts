// The one way through every driver function: check the request, conduct it, and let errors out under the names that
// the workflow's Retry and Catch match on.

import type { DriverRequest } from "#core/rollout/messages.ts";
import { asTuttiError } from "#engine/asking.ts";
import { conduct } from "#engine/conduct.ts";
import type { EngineDeps } from "#engine/deps.ts";
import { createLog } from "#functions/deps/log.ts";
import { parseDriverRequest } from "./driver-request.ts";

export function conductor(deps: EngineDeps): (event: unknown) => Promise<unknown> {
  return async (event) => {
    const request = parseDriverRequest(event);
    const log = createLog(`driver-${deps.driver.kind}`, aboutOf(request));
    try {
      return await conduct({ ...deps, log }, request);
    } catch (error) {
      const known = asTuttiError(error, "internal");
      log.warn("the request was not carried out", { code: known.code, detail: known.message });
      throw known;
    }
  };
}

/** Names only: task tokens, errors and rollout overrides stay out of the log. */
function aboutOf(request: DriverRequest): Record<string, unknown> {
  if (!("deploymentId" in request))
    return { verb: request.verb, target: `${request.app}/${request.environment}` };
  return { verb: request.verb, deploymentId: request.deploymentId, generation: request.generation };
}
