// Where the demo plays: one environment of the house, with a way to lose a copy as it happens in life.
import { readdirSync, readFileSync } from "node:fs";
import {
  GetAliasCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import type { Client } from "#client/client.ts";
import type { House } from "../open-house.ts";
import type { Stage } from "./scenario.ts";

const ENVIRONMENT = "dev";

export function stageOn(house: House, client: Client): Stage {
  const began = performance.now();
  const kill = (app: string) => killProcess(client, app);
  const lose: Record<string, (app: string) => Promise<string>> = {
    server: kill,
    vm: kill,
    container: kill,
    function: (app) => moveAlias(house, app),
  };
  return {
    client,
    environment: ENVIRONMENT,
    killReplica: (app, kind) => lose[kind]!(app),
    answers,
    droppedByDead: (app) => dropped(house, app),
    say: (app, line) =>
      console.log(
        `${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${app.padEnd(16)} ${line}`,
      ),
  };
}

/** SIGKILL to the app on one host, as an out-of-memory killer would. */
async function killProcess(client: Client, app: string): Promise<string> {
  const { replicas } = await client.targets.get(app, ENVIRONMENT);
  const victim = replicas[1] ?? replicas[0]!;
  const pids = processesOf(app, new URL(`http://${victim.address}`).hostname);
  if (pids.length === 0) throw new Error(`no process of ${victim.id} was found`);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  const deadline = performance.now() + 5_000;
  while (performance.now() < deadline && (await answers(victim.address!)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return `${victim.id} was killed`;
}

/** Found by their environment: every copy is told its app and, here, the address that is its own. */
function processesOf(app: string, address: string): number[] {
  const marks = [`TUTTI_APP=${app}`, `HOST=${address}`];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const environment = environmentOf(pid);
      return marks.every((mark) => environment.includes(mark));
    })
    .map(Number);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
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

/** By what the load balancer counted on the app's target groups. */
function dropped(house: House, app: string): number {
  const groups = house.sandbox.balancer.metrics().targetGroups;
  return groups
    .filter((group) => group.arn.includes(`:targetgroup/tutti-${app}-${ENVIRONMENT}`))
    .reduce((sum, group) => sum + group.counts.targetConnectionErrorCount + group.counts.droppedByTarget, 0);
}
