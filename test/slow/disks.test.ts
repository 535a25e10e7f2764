// A stateful app in a whole house, under load: nothing it wrote is lost by releases, ways back, healing, scaling or a host that
// leaves, and nobody else ever had its disk.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { loadAt } from "#test/support/load-at.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { deploy, ENVIRONMENT, publish, serverManifest, whenever } from "#test/support/release-of.ts";

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ timeScale: 5 });
  ({ client } = house);
});
afterAll(() => house?.close());

const APP = "ledger";
/** Each request is a line on the disk; so is each start and each end. */
const CODE = {
  "app.js": `const { appendFileSync } = require("node:fs");
const tell = (word) => appendFileSync("/data/log", word + " " + process.env.TUTTI_VERSION + " " + process.pid + "\\n");
tell("open");
const server = require("node:http").createServer((request, response) => {
  if (request.url !== "/healthz") tell("write");
  response.end(process.env.TUTTI_VERSION);
});
server.keepAliveTimeout = 65000;
server.listen(process.env.PORT, process.env.HOST);
process.on("SIGTERM", () => {
  server.close(() => { tell("close"); process.exit(0); });
  server.closeIdleConnections();
});`,
};

const targetOf = () => client.targets.get(APP, ENVIRONMENT);
const words = (where: string) =>
  readFileSync(join(where.slice(where.indexOf(":") + 1), "log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));

/** Every line is by the process that opened the disk last. */
function expectOneAtATime(lines: string[][]): void {
  let owner: string | undefined;
  for (const [word, , pid] of lines) {
    if (word === "open") owner = pid;
    expect(pid).toBe(owner);
  }
}

test("releases and ways back under load lose no line and no request, one copy on a disk at a time", async () => {
  const volumes = [{ name: "data", path: "/data", sizeGiB: 1 }];
  await client.apps.put(APP, serverManifest(APP, { port: 8500, replicas: 2, volumes }));
  for (const version of ["v1", "v2"]) await publish(client, APP, version, CODE);
  expect(await deploy(client, APP, "v1")).toMatchObject({ status: "succeeded" });
  const { endpoint } = await targetOf();
  const load = loadAt(endpoint!, 20);
  for (const version of ["v2", "v1"]) {
    const deployment = await deploy(client, APP, version);
    expect(deployment).toMatchObject({ status: "succeeded" });
    const batches = deployment.steps.filter(({ type }) => type === "batch");
    expect(batches.map(({ replicas }) => replicas.length)).toEqual([1, 1]);
  }
  const { sent, failed } = await load.stop();
  expect(failed).toBe(0);
  const { volumes: disks = [], replicas } = await targetOf();
  expect(disks.map(({ copy }) => copy)).toEqual(replicas.map(({ id }) => id));
  const lines = disks.map(({ where }) => words(where));
  for (const one of lines) {
    expectOneAtATime(one);
    expect(one.filter(([word]) => word !== "write").map(([word, version]) => `${word} ${version}`)).toEqual([
      "open v1",
      "close v1",
      "open v2",
      "close v2",
      "open v1",
    ]);
  }
  expect(lines.flat().filter(([word]) => word === "write")).toHaveLength(sent);
});

test("what a deployment asks of its own is held against the disks", async () => {
  const asked = { environment: ENVIRONMENT, version: "v2", rollout: { batch: 2 } };
  await expect(client.deployments.create(APP, asked)).rejects.toMatchObject({
    code: "invalid_input",
    errors: [{ path: "rollout.batch" }],
  });
});

test("a host that leaves with a disk is told, nothing begins with an empty disk in its stead, and scaling in gives it up", async () => {
  const before = await targetOf();
  const gone = before.replicas[1]!.id;
  const machine = house.sandbox.machines.list().find(({ name }) => name === gone)!;
  await house.sandbox.machines.remove(machine.id);
  const failed = await deploy(client, APP, "v2");
  expect(failed).toMatchObject({ status: "rolled_back" });
  expect(failed.reason).toContain(`${gone} does not answer: the host is no longer in its pool`);
  const ids = async () => (await targetOf()).replicas.map(({ id }) => id);
  expect(await ids()).toEqual([before.replicas[0]!.id]);
  expect(words(before.volumes![0]!.where).at(-1)![1]).toBe("v1");
  for (const count of [1, 2]) {
    const { id } = await client.targets.scale(APP, ENVIRONMENT, count);
    expect(await whenever(client, id, () => false)).toMatchObject({ status: "succeeded" });
  }
  expect(await ids()).toEqual([before.replicas[0]!.id, "dev-web-3"]);
});
