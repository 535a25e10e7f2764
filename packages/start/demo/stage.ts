// Where the demo plays: one environment of the house, with a way to lose a copy as it happens in life.
import {
  GetAliasCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Client } from "#client/client.ts";
import type { House } from "../open-house.ts";
import type { Stage } from "./scenario.ts";

const ENVIRONMENT = "dev";

export function stageOn(house: House, client: Client): Stage {
  const began = performance.now();
  const lose: Record<string, (app: string) => Promise<string>> = {
    server: (app) => killProcess(house, client, app),
    function: (app) => moveAlias(house, app),
  };
  return {
    client,
    environment: ENVIRONMENT,
    killReplica: (app, kind) => lose[kind]!(app),
    droppedByDead: () => dropped(house),
    say: (app, line) =>
      console.log(
        `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${app.padEnd(12)} ${line}`,
      ),
  };
}

/** SIGKILL to the app on one host, as an out-of-memory killer would. */
async function killProcess(house: House, client: Client, app: string): Promise<string> {
  const { replicas } = await client.targets.get(app, ENVIRONMENT);
  const victim = replicas[1] ?? replicas[0]!;
  const machine = house.sandbox.machines
    .list()
    .find((one) => one.name === victim.id || one.id === victim.id)!;
  const commands = [`systemctl kill -s SIGKILL tutti-${app}-${ENVIRONMENT}.service`];
  await new SSMClient(house.access()).send(
    new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [machine.id],
      Parameters: { commands },
    }),
  );
  const deadline = performance.now() + 5_000;
  while (performance.now() < deadline && (await answers(victim.address!)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return `${victim.id} was killed`;
}

async function answers(address: string): Promise<boolean> {
  try {
    await fetch(`http://${address}/`, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

/** A function's copies are Lambda's own to replace; what people do break is the alias, moved by hand to an old version. */
async function moveAlias(house: House, app: string): Promise<string> {
  const lambda = new LambdaClient(house.access());
  const FunctionName = `tutti-app-${app}_${ENVIRONMENT}`;
  const { FunctionVersion } = await lambda.send(new GetAliasCommand({ FunctionName, Name: "live" }));
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const old = Versions!
    .map((one) => one.Version!)
    .find((version) => version !== "$LATEST" && version !== FunctionVersion)!;
  await lambda.send(
    new UpdateAliasCommand({
      FunctionName,
      Name: "live",
      FunctionVersion: old,
      RoutingConfig: { AdditionalVersionWeights: {} },
    }),
  );
  return `somebody moved the alias from version ${FunctionVersion} to ${old}`;
}

function dropped(house: House): number {
  const groups = house.sandbox.balancer.metrics().targetGroups;
  return groups.reduce(
    (sum, group) => sum + group.counts.targetConnectionErrorCount + group.counts.droppedByTarget,
    0,
  );
}
