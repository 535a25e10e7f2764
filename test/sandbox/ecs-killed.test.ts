// ECS in a sandbox that is killed, not stopped: services have their tasks again in the next one.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as ecs from "@aws-sdk/client-ecs";
import { afterAll, expect, test } from "vitest";
import { APP, openWorld, type World } from "./container-world.ts";

let child: ChildProcess | undefined;
afterAll(() => void child?.kill("SIGKILL"));

async function runApart(directory: string): Promise<World> {
  const script = new URL("../support/run-sandbox.ts", import.meta.url).pathname;
  child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout! })) return openWorld(JSON.parse(line));
  throw new Error("the sandbox did not start");
}

test("After kill -9 of the sandbox services have their tasks again, and a deployment is carried on.", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ecs-"));
  const before = await runApart(directory);
  await before.ecs.send(
    new ecs.CreateClusterCommand({
      clusterName: "main",
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
    }),
  );
  const front = await before.front("web");
  const executionRoleArn = await before.executionRole();
  const more = { requiresCompatibilities: ["FARGATE"], executionRoleArn };
  const definitions: string[] = [];
  for (const version of ["v1", "v2"])
    definitions.push(await before.define("web", await before.push("web", version, APP(version)), {}, more));
  await before.serve("web", definitions[0]!, { desiredCount: 2, behind: front.arn, launchType: "FARGATE" });
  const first = await before.tasks("web");
  await before.steady("web");
  await before.update("web", { taskDefinition: definitions[1] });
  child!.kill("SIGKILL");
  await once(child!, "exit");

  const after = await runApart(directory);
  expect((await after.steady("web")).taskDefinition).toMatch(/web:2$/);
  expect(await (await fetch(front.url)).text()).toBe("v2");
  expect(await after.healthyTargets(front.arn)).toBe(2);
  const stopped = await after.tasks("web", "STOPPED");
  expect(stopped.map(({ taskArn }) => taskArn)).toEqual(
    expect.arrayContaining(first.map(({ taskArn }) => taskArn)),
  );
  child!.kill("SIGTERM");
  await once(child!, "exit");
});
