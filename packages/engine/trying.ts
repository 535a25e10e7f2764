// What the platform does not do at the end of a deployment does not keep the end from coming: it is told, and the sweep
// looks again.
import type { Deployment } from "#core/domain/deployment.ts";
import type { EngineDeps } from "./deps.ts";

export async function trying<T>(
  deps: EngineDeps,
  deployment: Deployment,
  verb: string,
  call: (deps: EngineDeps, deployment: Deployment) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call(deps, deployment);
  } catch (error) {
    deps.log.warn(`${verb} failed at the end of a deployment`, {
      deployment: deployment.id,
      error: String(error),
    });
    return undefined;
  }
}
