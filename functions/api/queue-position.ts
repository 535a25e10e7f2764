// A deployment as shown, with its place in the queue while it waits.
import type { Deployment } from "#core/domain/deployment.ts";
import { type DeploymentView, deploymentView } from "#core/views.ts";
import type { ApiDeps } from "./deps.ts";

export async function viewWithQueue(
  { store }: Pick<ApiDeps, "store">,
  deployment: Deployment,
): Promise<DeploymentView> {
  if (deployment.status !== "queued") return deploymentView(deployment);
  const { app, environment, id } = deployment;
  const place = (await store.targets.get({ app, environment }))?.queue.indexOf(id) ?? -1;
  return deploymentView(deployment, place < 0 ? undefined : place + 1);
}
