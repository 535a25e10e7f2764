// A rollout's own overhead in the sandbox, read from the times that deployments record: from the end of a step (its
// replica is healthy and in traffic) to the beginning of the next, and what a deployment costs beside its budget.
import { join } from "node:path";
import type { DeploymentView } from "#client/views.ts";
import { applyExample, publishVersion } from "#start/demo/publish.ts";
import { ROOT } from "#start/open-house.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { type Bench, type Figure, median } from "./figure.ts";

const SERVERS = 10;

export const rollouts: Bench = {
  name: "rollouts",
  run: async () => {
    const house = await startHouse({ servers: SERVERS });
    try {
      const folder = join(ROOT, "examples");
      const { app } = await applyExample(house.client, join(folder, "server"));
      const canary = await applyExample(house.client, join(folder, "function"));
      for (const version of ["v1", "v2"]) {
        await publishVersion(house.client, app, join(folder, "server", version), version);
        await publishVersion(house.client, canary.app, join(folder, "function", version), version);
      }
      await deploy(house, app, "v1");
      const three = await deploy(house, app, "v2");
      await deploy(house, canary.app, "v1");
      const shifted = await deploy(house, canary.app, "v2");
      await house.client.targets.scale(app, "dev", SERVERS);
      await untilFree(house, app);
      const ten = await deploy(house, app, "v1");
      const baked = await rolled(house, "vm");
      // Its image is there already.
      const machines = await deploy(house, baked.app, "v1");
      const containers = await rolled(house, "container");
      return [
        gap(`${ten.steps.length} steps of ${SERVERS} servers: healthy to next step`, ten),
        cost("rolling 3 servers", three),
        cost("function canary", shifted),
        cost(`rolling ${SERVERS} servers`, ten),
        cost("rolling 3 virtual machines", machines),
        {
          what: "  where an image is made first: transitions more",
          measured: `${baked.cost.stateTransitions - machines.cost.stateTransitions}`,
          beside: "3 of the step that asks for it, the rest its own workflow's",
        },
        cost("rolling 3 containers", containers),
      ];
    } finally {
      await house.clear();
    }
  },
};

/** An example's second release over its first. */
async function rolled(house: TestHouse, kind: "vm" | "container"): Promise<DeploymentView> {
  const folder = join(ROOT, "examples", kind);
  const { app } = await applyExample(house.client, folder);
  for (const version of ["v1", "v2"]) await publishVersion(house.client, app, join(folder, version), version);
  await deploy(house, app, "v1");
  return deploy(house, app, "v2");
}

async function deploy({ client }: TestHouse, app: string, version: string): Promise<DeploymentView> {
  const { id } = await client.deployments.create(app, { environment: "dev", version });
  let last: DeploymentView | undefined;
  for await (const { deployment } of client.watchDeployment(id)) last = deployment;
  if (last?.status !== "succeeded") throw new Error(`${app} ${version}: ${last?.status}: ${last?.reason}`);
  return last;
}

async function untilFree({ client }: TestHouse, app: string): Promise<void> {
  const { items } = await client.deployments.list({ app, environment: "dev", limit: 1 });
  for await (const { deployment } of client.watchDeployment(items[0]!.id))
    if (deployment.status === "failed") throw new Error(deployment.reason);
}

function gap(what: string, { steps }: DeploymentView): Figure {
  const gaps = steps
    .slice(1)
    .map((step, n) => Date.parse(step.startedAt ?? "") - Date.parse(steps[n]!.endedAt ?? ""));
  return {
    what,
    measured: `${median(gaps)} ms (most ${Math.max(...gaps)} ms)`,
    beside: "150 ms, median",
  };
}

function cost(what: string, { steps, cost }: DeploymentView): Figure {
  const bakes = steps.filter((step) => step.type === "bake").length;
  const budget = 8 + 3 * steps.length;
  return {
    what: `${what}: transitions, SDK calls, writes`,
    measured: `${cost.stateTransitions}, ${cost.sdkCalls}, ${cost.writes}`,
    beside: `${budget} transitions (8 + 3 × ${steps.length} steps, ${bakes} of them bakes of one slice)`,
  };
}
