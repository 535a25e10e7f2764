// What operators do in the middle of a rollout: hold it, let it go on, send it back, queue another, go back far.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import type { DeploymentView } from "#client/views.ts";
import { dollarsOf } from "#core/plan/dollars.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import {
  deploy,
  ENVIRONMENT,
  publish,
  serverCode,
  serverManifest,
  settled,
  start,
  versionsOf,
  whenever,
} from "#test/support/release-of.ts";

let house: TestHouse;
let client: Client;
beforeAll(async () => {
  house = await startHouse({ servers: 4 });
  client = house.client;
});
afterAll(() => house?.clear());

/** Where it does not matter how a release gets there. */
const AT_ONCE = { batch: 4, maxUnavailable: 4 };

/** An app of its own on the four servers, with the first version live and the others published. */
async function anApp(app: string, port: number, versions = ["v1", "v2"]): Promise<void> {
  await client.apps.put(app, serverManifest(app, { port, replicas: 4 }));
  for (const version of versions) await publish(client, app, version, serverCode("well"));
  expect(await deploy(client, app, versions[0]!, AT_ONCE)).toMatchObject({ status: "succeeded" });
}

const stepsDone = (count: number) => (deployment: DeploymentView) => deployment.progress.done >= count;

async function pausedAfterOne(app: string): Promise<string> {
  const { id } = await start(client, app, "v2");
  await whenever(client, id, stepsDone(1));
  await client.deployments.act(id, "pause");
  const held = await whenever(client, id, ({ status }) => status === "paused");
  expect(held.status).toBe("paused");
  // The replica that was under way when the word came is finished; not one more is begun.
  expect(held.progress.done).toBeLessThanOrEqual(2);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect((await client.deployments.get(id)).progress).toEqual(held.progress);
  const moved = (await versionsOf(client, app)).filter((version) => version === "v2");
  expect(moved).toHaveLength(held.progress.done);
  return id;
}

test("pause holds within one replica and resume goes on to the end", async () => {
  await anApp("held", 8100);
  const id = await pausedAfterOne("held");
  await client.deployments.act(id, "resume");
  const done = await settled(client, id);
  expect(done).toMatchObject({ status: "succeeded", progress: { done: 4, total: 4 } });
  const { dollars, ...used } = done.cost;
  expect(Math.min(...Object.values(used))).toBeGreaterThan(0);
  expect(dollars).toBe(dollarsOf(used));
  expect(await versionsOf(client, "held")).toEqual(["v2", "v2", "v2", "v2"]);
});

test("abort in the middle, even of a pause, puts back what was changed", async () => {
  await anApp("aborted", 8200);
  const id = await pausedAfterOne("aborted");
  await client.deployments.act(id, "abort", "the wrong day");
  const ended = await settled(client, id);
  expect(ended.status).toBe("rolled_back");
  expect(ended.reason).toContain("the wrong day");
  expect(await versionsOf(client, "aborted")).toEqual(["v1", "v1", "v1", "v1"]);
  const target = await client.targets.get("aborted", ENVIRONMENT);
  expect(target).toMatchObject({ release: "v1", activeDeployment: null });
});

/** Inode and time of every release's folder on the four hosts: a folder made again has others. */
function foldersOf(app: string): Record<string, string> {
  const machines = join(house.directory, "machines");
  const found: Record<string, string> = {};
  for (const machine of readdirSync(machines).filter((name) => name.startsWith("mi-01"))) {
    const releases = join(machines, machine, "tutti", `${app}-${ENVIRONMENT}`, "releases");
    for (const release of readdirSync(releases)) {
      const { ino, ctimeMs } = statSync(join(releases, release, "app.js"));
      found[`${machine}/${release}`] = `${ino} ${ctimeMs}`;
    }
  }
  return found;
}

test("rollback to v1 after v4 unpacks nothing again", async () => {
  await anApp("far", 8300, ["v1", "v2", "v3", "v4"]);
  for (const version of ["v2", "v3", "v4"])
    expect(await deploy(client, "far", version, AT_ONCE)).toMatchObject({ status: "succeeded" });
  const before = foldersOf("far");
  expect(Object.keys(before)).toHaveLength(16);
  const { id } = await client.deployments.rollback("far", { environment: ENVIRONMENT, version: "v1" });
  expect(await settled(client, id)).toMatchObject({ status: "succeeded", version: "v1" });
  expect(await versionsOf(client, "far")).toEqual(["v1", "v1", "v1", "v1"]);
  expect(foldersOf("far")).toEqual(before);
});

test("deployments of one target wait for each other and run in the order they came", async () => {
  await anApp("queued", 8400, ["v1", "v2", "v3", "v4"]);
  // The first is watched for long enough that the two are seen waiting for it.
  const deployments = [await start(client, "queued", "v2", { ...AT_ONCE, bakeSeconds: 5 })];
  for (const version of ["v3", "v4"]) deployments.push(await start(client, "queued", version, AT_ONCE));
  expect((await client.targets.get("queued", ENVIRONMENT)).queue).toEqual(
    deployments.slice(1).map(({ id }) => id),
  );
  const ended = await Promise.all(deployments.map(({ id }) => settled(client, id)));
  expect(ended.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(ended[1]!.startedAt! >= ended[0]!.endedAt!).toBe(true);
  expect(ended[2]!.startedAt! >= ended[1]!.endedAt!).toBe(true);
  expect(await versionsOf(client, "queued")).toEqual(["v4", "v4", "v4", "v4"]);
  expect(await client.targets.get("queued", ENVIRONMENT)).toMatchObject({
    activeDeployment: null,
    queue: [],
  });
});
