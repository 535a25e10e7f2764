// An image that is still being made for a deployment which nobody wants any more is stopped, at whichever end it comes to.
import type { Deployment } from "#core/domain/deployment.ts";
import { contextFor } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { trying } from "./trying.ts";

/** Harmless where nothing is being made. What the platform does not do now is only logged. */
export async function abandon(deps: EngineDeps, deployment: Deployment): Promise<void> {
  const prepared = deployment.steps.filter((step) => step.type === "prepare" && step.startedAt !== null);
  const made = new Set(prepared.flatMap(({ status, version }) => (status === "succeeded" ? [version] : [])));
  const undone = prepared.filter(({ version }) => !made.has(version));
  for (const step of undone)
    await trying(deps, deployment, "abandon", async () => {
      const context = await contextFor(deps, deployment, step.version ?? null);
      await deps.driver.abandon?.({ ...context, note: deps.log.warn }, step);
    });
}
