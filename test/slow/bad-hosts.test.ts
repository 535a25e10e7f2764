// A bad host on real processes and a real load balancer: an app that cannot run on one host, and a host that nobody reaches any more.
// Passes are the scheduled ones, asked for without waiting for their minute.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { loadAt } from "#test/support/load-at.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { deploy, ENVIRONMENT, publish, serverManifest } from "#test/support/release-of.ts";

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 5 });
  ({ client } = house);
});
afterAll(() => house?.close());

async function sweep(): Promise<void> {
  const lambda = new LambdaClient(house.access());
  const answer = await lambda.send(new InvokeCommand({ FunctionName: "tutti-events-sweep", Payload: "{}" }));
  expect(answer.FunctionError, new TextDecoder().decode(answer.Payload)).toBeUndefined();
}

async function sweepUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let pass = 0; pass < 120; pass++) {
    await sweep();
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect.fail(`it is not so after 120 passes: ${JSON.stringify([await target(), await marks()])}`);
}

const APP = "wandering";
const target = () => client.targets.get(APP, ENVIRONMENT);
const marks = async () => (await client.environments.badHosts(ENVIRONMENT)).items;
const idsOf = async () => (await target()).replicas.map((one) => one.id);
const isWell = async () => {
  const { replicas, activeDeployment } = await target();
  return (
    activeDeployment === null && replicas.length === 3 && replicas.every((one) => one.health === "healthy")
  );
};

/** Answers 500 on the host that the file names. */
const moody = (mood: string) => ({
  "app.js": `
const { readFileSync } = require("node:fs");
const mood = () => { try { return readFileSync(${JSON.stringify(mood)}, "utf8"); } catch { return ""; } };
require("node:http").createServer((request, response) => {
  if (mood() === process.env.HOST) response.statusCode = 500;
  response.end(process.env.TUTTI_VERSION);
}).listen(process.env.PORT, process.env.HOST);
`,
});

test("a host on which no repair helps is marked, its copy moves under load, and once it is cleared it takes copies again", async () => {
  const mood = join(house.directory, "mood");
  await client.apps.put(
    APP,
    serverManifest(APP, { healing: { pauseSeconds: 1 }, rollout: { drainSeconds: 1 } }),
  );
  await publish(client, APP, "v1", moody(mood));
  expect(await deploy(client, APP, "v1")).toMatchObject({ status: "succeeded" });
  expect(await idsOf()).toEqual(["dev-web-1", "dev-web-2", "dev-web-3"]);
  const victim = (await target()).replicas[1]!;
  writeFileSync(mood, victim.address!.split(":")[0]!);
  await sweepUntil(async () => (await marks()).length > 0);
  expect(await marks()).toMatchObject([{ pool: "web", host: victim.id, by: "tutti" }]);
  // From here on the load balancer has left it out: whoever asks is answered by the others.
  const load = loadAt((await target()).endpoint!, 20);
  await sweepUntil(isWell);
  expect((await idsOf()).toSorted()).toEqual(["dev-web-1", "dev-web-3", "dev-web-4"]);
  expect(await load.stop()).toMatchObject({ failed: 0 });

  await client.targets.scale(APP, ENVIRONMENT, 4);
  await sweepUntil(async () => (await idsOf()).includes("dev-web-5"));
  rmSync(mood);
  await client.environments.clearHost(ENVIRONMENT, { pool: "web", host: victim.id });
  expect(await marks()).toEqual([]);
  await client.targets.scale(APP, ENVIRONMENT, 3);
});

test("a host that nobody reaches is marked; what serves there still leaves traffic only when another copy serves, and goes when it is back", async () => {
  await sweepUntil(isWell);
  const [silent] = await idsOf();
  const { id, address } = (await house.sandbox.machines.list()).find((one) => one.name === silent)!;
  const load = loadAt((await target()).endpoint!, 20);
  await house.sandbox.machines.setOnline(id, false);
  await sweepUntil(async () => (await marks()).length > 0);
  expect(await marks()).toMatchObject([{ host: silent, by: "tutti" }]);
  await sweepUntil(async () => (await isWell()) && !(await idsOf()).includes(silent!));
  // Only what is taken out of the load balancer is no drift any more.
  await sweepUntil(async () => (await target()).drift.length === 0);
  await house.sandbox.machines.setOnline(id, true);
  const runsThere = () =>
    fetch(`http://${address}:8080`).then(
      () => true,
      () => false,
    );
  await sweepUntil(async () => (await isWell()) && !(await runsThere()));
  expect(await load.stop()).toMatchObject({ failed: 0 });
  expect((await marks()).map((one) => one.provenSince)).not.toContain(null);
});
