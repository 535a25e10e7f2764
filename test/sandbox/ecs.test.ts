// Services of ECS as a client sees them: real processes behind a real load balancer, rolled, scaled and broken.
import { mkdtempSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as ecs from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { APP, openCluster, until, type World } from "./container-world.ts";

let sandbox: Sandbox;
let world: World;
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "ecs-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  world = await openCluster(sandbox);
  for (const version of ["v1", "v2"]) await world.push("web", version, APP(version));
  await world.push("web", "broken", "process.exit(3)");
  await world.push("web", "sick", APP("sick").replace("outgoing.end(", "outgoing.writeHead(500).end("));
});
afterAll(() => sandbox?.stop());

/** Some go side by side in one cluster: each has a service of its own, and another one where it is tried again. */
const ownName = (name: string, { task }: TestContext) => (task.result?.retryCount ? `${name}-again` : name);

const image = (tag: string) => `000000000000.dkr.ecr.us-east-1.amazonaws.com/web:${tag}`;

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, async (response) => {
      let body = "";
      try {
        for await (const chunk of response) body += chunk;
        resolve(response.statusCode === 200 ? body : `status ${response.statusCode}`);
      } catch (error) {
        reject(error);
      }
    }).on("error", reject);
  });
}

/** Steady load on connections that are kept and on fresh ones; answers how to stop it, and what was answered. */
function startLoad(url: string): () => Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  const agents = [new Agent({ keepAlive: true }), new Agent()];
  let running = true;
  const client = async (agent: Agent) => {
    while (running) {
      const answer = await ask(url, agent).catch((error: Error) => `failed: ${error.message}`);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      await sleep(5);
    }
  };
  const clients = Promise.all([...agents, ...agents].map(client));
  return async () => {
    running = false;
    await clients;
    for (const agent of agents) agent.destroy();
    return answers;
  };
}

/** How many targets were healthy, sampled until `done`. */
async function sampleHealthy(groupArn: string, done: Promise<unknown>): Promise<number[]> {
  const seen = new Set<number>();
  let over = false;
  void done.then(() => {
    over = true;
  });
  while (!over) {
    seen.add(await world.healthyTargets(groupArn));
    await sleep(15);
  }
  await done;
  return [...seen].sort((a, b) => a - b);
}

test("A service of three answers behind its load balancer, and replaces a task that is killed.", async (context) => {
  const name = ownName("three", context);
  const front = await world.front(name);
  const definition = await world.define(name, image("v1"), {
    environment: [{ name: "WORD", value: " hello" }],
  });
  const created = await world.serve(name, definition, { desiredCount: 3, behind: front.arn });
  expect(created.service).toMatchObject({ status: "ACTIVE", desiredCount: 3, runningCount: 0 });
  expect(created.service?.deployments?.[0]).toMatchObject({ status: "PRIMARY", rolloutState: "IN_PROGRESS" });
  const service = await world.steady(name);
  expect(service.deployments).toHaveLength(1);
  expect(await (await fetch(front.url)).text()).toBe("v1 hello");
  const tasks = await world.tasks(name);
  const addresses = tasks.map(({ containers }) => containers![0]!.networkInterfaces![0]!.privateIpv4Address);
  expect(new Set(addresses).size).toBe(3);
  expect(tasks[0]!.attachments![0]!.details).toContainEqual({
    name: "privateIPv4Address",
    value: addresses[0],
  });

  const [first] = tasks;
  process.kill(Number(first!.containers![0]!.runtimeId!.split("-").at(-1)), "SIGKILL");
  await until("the task to be replaced", async () => {
    const now = await world.tasks(name);
    const fresh = now.every(({ taskArn }) => taskArn !== first!.taskArn);
    return fresh && now.length === 3 && (await world.healthyTargets(front.arn)) === 3;
  });
  const stopped = (await world.tasks(name, "STOPPED")).find(({ taskArn }) => taskArn === first!.taskArn);
  expect(stopped).toMatchObject({
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    containers: [{ exitCode: 137, lastStatus: "STOPPED" }],
  });
  const messages = (await world.describe(name)).events!.map(({ message }) => message!);
  expect(
    messages.filter((one) => /^\(service three(-again)?\) has started 1 tasks: \(task \w{32}\)\.$/.test(one)),
  ).toHaveLength(1);
});

test("A rolling update under load fails no request and keeps to the minimum and the maximum, both ways.", async (context) => {
  const name = ownName("roll", context);
  const front = await world.front(name);
  const v1 = await world.define(name, image("v1"));
  const v2 = await world.define(name, image("v2"));
  await world.serve(name, v1, { desiredCount: 3, behind: front.arn });
  await world.steady(name);
  await until("all targets", async () => (await world.healthyTargets(front.arn)) === 3);
  const stopLoad = startLoad(front.url);
  const updated = await world.update(name, { taskDefinition: v2 });
  expect(updated.service?.deployments?.map(({ status }) => status)).toEqual(["PRIMARY", "ACTIVE"]);
  const surged = await sampleHealthy(front.arn, world.steady(name));
  expect(surged[0]).toBeGreaterThanOrEqual(3);
  expect(surged.at(-1)).toBeLessThanOrEqual(6);

  await world.update(name, {
    taskDefinition: v1,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
  });
  // 50 % of three is a minimum of two: one is stopped first, never a fourth is started.
  expect(await sampleHealthy(front.arn, world.steady(name))).toEqual([2, 3]);
  const answers = await stopLoad();
  expect([...answers.keys()].sort()).toEqual(["v1", "v2"]);
  const { serviceDeployments } = await world.ecs.send(
    new ecs.ListServiceDeploymentsCommand({ cluster: "main", service: name }),
  );
  expect(serviceDeployments?.map(({ status }) => status)).toEqual(["SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"]);
});

test("Scaling in drains first: what is in flight is answered.", async (context) => {
  const name = ownName("slow", context);
  await world.push("web", "slow", APP("slow").replace(", 3)", ", 700)"));
  const front = await world.front(name);
  await world.serve(name, await world.define(name, image("slow")), {
    desiredCount: 3,
    behind: front.arn,
  });
  await world.steady(name);
  await until("all targets", async () => (await world.healthyTargets(front.arn)) === 3);
  const agent = new Agent();
  const answers = Array.from({ length: 9 }, () =>
    ask(front.url, agent).catch((error: Error) => error.message),
  );
  await sleep(50);
  await world.update(name, { desiredCount: 1 });
  const states = new Set<string>();
  await until("the service to be one", async () => {
    for (const task of await world.tasks(name, "STOPPED")) states.add(task.lastStatus!);
    return (await world.steady(name)).runningCount === 1 && states.has("STOPPED");
  });
  expect(await Promise.all(answers)).toEqual(Array(9).fill("slow"));
  expect(states).toContain("DEACTIVATING");
  const [stopped] = await world.tasks(name, "STOPPED");
  expect(stopped).toMatchObject({ stopCode: "ServiceSchedulerInitiated" });
  expect(stopped!.stoppedReason).toMatch(/^Scaling activity initiated by \(deployment ecs-svc\/\d+\)$/);
  expect(await world.healthyTargets(front.arn)).toBe(1);
});

test.concurrent("The circuit breaker rolls back to the deployment that completed, which never lost a task.", async (context) => {
  const name = ownName("breaker", context);
  const front = await world.front(name);
  const good = await world.define(name, image("v1"));
  const broken = await world.define(name, image("broken"));
  const sick = await world.define(name, image("sick"));
  await world.serve(name, good, {
    desiredCount: 2,
    behind: front.arn,
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  });
  const before = (await world.steady(name)).deployments![0]!;
  const tasks = (await world.tasks(name)).map(({ taskArn }) => taskArn).sort();
  for (const [bad, threshold] of [
    [broken, undefined],
    // Two at once fail their health checks, which takes an interval: enough, where the threshold says so.
    [sick, { type: "COUNT", value: 2 }],
  ] as const) {
    const deploymentCircuitBreaker = { enable: true, rollback: true, thresholdConfiguration: threshold };
    await world.update(name, {
      taskDefinition: bad,
      deploymentConfiguration: { deploymentCircuitBreaker },
    });
    const back = await until("the way back", async () => {
      const found = await world.describe(name);
      return found.deployments![0]!.id === before.id && found;
    });
    const [primary, failed] = back.deployments!;
    // All of its tasks stand, so that it may be complete again by the time that it is seen.
    if (primary!.rolloutState !== "COMPLETED")
      expect(primary!.rolloutStateReason).toBe(
        `ECS deployment circuit breaker: rolling back to deploymentId ${before.id}.`,
      );
    if (failed) expect(failed).toMatchObject({ status: "ACTIVE", rolloutState: "FAILED" });
    const after = await world.steady(name);
    expect(after.taskDefinition).toMatch(/breaker(-again)?:1$/);
  }
  expect((await world.tasks(name)).map(({ taskArn }) => taskArn).sort()).toEqual(tasks);
  const messages = (await world.describe(name)).events!.map(({ message }) => message!);
  expect(messages).toContain(`(service ${name}) rolling back to (deployment ${before.id}).`);
  expect(messages.some((one) => one.includes("is unhealthy in (target-group"))).toBe(true);
  const { serviceDeployments } = await world.ecs.send(
    new ecs.ListServiceDeploymentsCommand({ cluster: "main", service: name }),
  );
  expect(serviceDeployments?.map(({ status }) => status)).toEqual([
    "ROLLBACK_SUCCESSFUL",
    "ROLLBACK_SUCCESSFUL",
    "SUCCESSFUL",
  ]);
});

test.concurrent("Without a rollback a deployment fails where it is, and the tasks before it serve on.", async (context) => {
  const name = ownName("stays", context);
  const good = await world.define(name, image("v1"));
  const broken = await world.define(name, image("broken"));
  await world.serve(name, good, {
    desiredCount: 1,
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
  });
  await world.steady(name);
  await world.update(name, { taskDefinition: broken });
  const failed = await until("the failure", async () => {
    const found = await world.describe(name);
    return found.deployments![0]!.rolloutState === "FAILED" && found;
  });
  expect(failed.deployments).toMatchObject([
    {
      status: "PRIMARY",
      failedTasks: 3,
      rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
    },
    { status: "ACTIVE", rolloutState: "COMPLETED", runningCount: 1 },
  ]);
  const stopped = await world.tasks(name, "STOPPED");
  expect(stopped.map(({ containers }) => containers![0]!.exitCode)).toEqual([3, 3, 3]);
  await world.ecs.send(new ecs.DeleteServiceCommand({ cluster: "main", service: name, force: true }));
  await until("the service to be gone", async () => (await world.describe(name)).status === "INACTIVE");
});

test.concurrent("A task that is killed while a broken release is rolled out comes again as what it was.", async (context) => {
  const name = ownName("holds", context);
  await world.serve(name, await world.define(name, image("v1")), { desiredCount: 2 });
  await world.steady(name);
  const before = (await world.tasks(name)).map(({ taskArn }) => taskArn);
  await world.update(name, { taskDefinition: await world.define(name, image("broken")) });
  const victim = (await world.tasks(name)).find(({ taskArn }) => taskArn === before[0])!;
  process.kill(Number(victim.containers![0]!.runtimeId!.split("-").at(-1)), "SIGKILL");
  await until("two of the first revision", async () => {
    const running = (await world.tasks(name)).filter(({ lastStatus }) => lastStatus === "RUNNING");
    const old = running.filter(({ taskDefinitionArn }) => taskDefinitionArn!.endsWith(":1"));
    return old.length === 2 && old.every(({ taskArn }) => taskArn !== victim.taskArn);
  });
  const [primary, source] = (await world.describe(name)).deployments!;
  expect(primary).toMatchObject({ status: "PRIMARY", rolloutState: "IN_PROGRESS" });
  expect(source).toMatchObject({ status: "ACTIVE", desiredCount: 2, runningCount: 2 });
  await world.ecs.send(new ecs.DeleteServiceCommand({ cluster: "main", service: name, force: true }));
});

test.concurrent("A deployment that may neither start nor stop a task says so, and goes on when it may.", async (context) => {
  const name = ownName("stuck", context);
  const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 150 };
  const first = await world.define(name, image("v1"));
  await world.serve(name, first, { desiredCount: 1, deploymentConfiguration });
  await world.steady(name);
  await world.update(name, { forceNewDeployment: true });
  await until("the event", async () =>
    (await world.describe(name)).events!.some(({ message }) =>
      message!.includes("was unable to stop or start tasks during a deployment"),
    ),
  );
  await world.update(name, {
    deploymentConfiguration: { ...deploymentConfiguration, maximumPercent: 200 },
  });
  await world.steady(name);
  await world.ecs.send(new ecs.DeleteServiceCommand({ cluster: "main", service: name, force: true }));
});

test.concurrent("A crash loop slows down, and is fixed by the next deployment.", async (context) => {
  const name = ownName("loop", context);
  const broken = await world.define(name, image("broken"));
  // Without room for both at once: the one that crashes must not keep the place of the one that does not.
  const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
  await world.serve(name, broken, { desiredCount: 1, deploymentConfiguration });
  const stopped = await until("four crashes", async () => {
    const found = await world.tasks(name, "STOPPED");
    return found.length >= 4 && found;
  });
  const inTurn = stopped.sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  const pauses = inTurn.slice(1).map((task, at) => Number(task.createdAt) - Number(inTurn[at]!.stoppingAt));
  // 0, 250 and 500 ms after each failure, counted from a moment later.
  expect(pauses[1]).toBeGreaterThan(150);
  expect(pauses[2]).toBeGreaterThan(400);
  const service = await world.describe(name);
  expect(service.deployments![0]!.failedTasks).toBeGreaterThanOrEqual(4);
  expect(
    service.events!.some(({ message }) => message!.includes("is unable to consistently start tasks")),
  ).toBe(true);
  await world.update(name, { taskDefinition: await world.define(name, image("v1")) });
  expect((await world.steady(name)).deployments![0]!.failedTasks).toBe(0);
});
