// Healing on real processes over many passes: an app that crashes at every start, and all copies of a target that fall ill at
// once. Passes are the scheduled ones, asked for without waiting for their minute.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import {
  deploy,
  ENVIRONMENT,
  machineManifest,
  publish,
  serverCode,
  serverManifest,
} from "#test/support/release-of.ts";

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse();
  ({ client } = house);
});
afterAll(() => house?.close());

async function sweep(): Promise<void> {
  const lambda = new LambdaClient(house.access());
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: "tutti-events-sweep", Payload: JSON.stringify({}) }),
  );
  expect(answer.FunctionError, new TextDecoder().decode(answer.Payload)).toBeUndefined();
}

const targetOf = (app: string) => client.targets.get(app, ENVIRONMENT);
const runsOf = async (app: string) => {
  const { items } = await client.healingRuns.list({ app, limit: 200 });
  return items.toReversed();
};
const healthOf = async (app: string) => (await targetOf(app)).replicas.map((one) => one.health);
const patience = { interval: 250 };

/** Does as the file says: `crash HOST` ends there at once and at every start, `ill` answers 500 everywhere. */
function moodyCode(mood: string): Record<string, string> {
  return {
    "app.js": `
const { readFileSync } = require("node:fs");
const mood = () => { try { return readFileSync(${JSON.stringify(mood)}, "utf8"); } catch { return ""; } };
const obey = () => { if (mood() === "crash " + process.env.HOST) process.exit(1); };
obey();
setInterval(obey, 100);
require("node:http").createServer((request, response) => {
  if (mood() === "ill") response.statusCode = 500;
  response.end(process.env.TUTTI_VERSION);
}).listen(process.env.PORT, process.env.HOST);
`,
  };
}

test("an app that crashes at every start gets few repairs and ever longer pauses, then it is degraded; a fixed release deploys", async () => {
  const mood = join(house.directory, "mood-of-crashing");
  const healing = { maxRepairs: 3, pauseSeconds: 4 };
  await client.apps.put("crashing", serverManifest("crashing", { healing }));
  await publish(client, "crashing", "v1", moodyCode(mood));
  expect(await deploy(client, "crashing", "v1")).toMatchObject({ status: "succeeded" });
  const victim = (await targetOf("crashing")).replicas[0]!;
  writeFileSync(mood, `crash ${victim.address!.split(":")[0]}`);

  for (let pass = 0; pass < 300 && (await targetOf("crashing")).degraded === null; pass++) {
    await sweep();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const { degraded, replicas } = await targetOf("crashing");
  expect(degraded).toContain(`${victim.id} is broken still after 3 repairs`);
  expect(replicas.filter((one) => one.health === "healthy")).toHaveLength(2);
  const repairs = (await runsOf("crashing")).filter(({ actions }) =>
    actions.some(({ action, replica }) => replica === victim.id && action.startsWith("restart")),
  );
  expect(repairs).toHaveLength(3);
  const pauses = repairs
    .slice(1)
    .map((run, i) => Date.parse(run.startedAt) - Date.parse(repairs[i]!.startedAt));
  expect(pauses[0]).toBeGreaterThanOrEqual(4_000);
  expect(pauses[1]).toBeGreaterThanOrEqual(8_000);

  const told = (await runsOf("crashing")).length;
  for (let pass = 0; pass < 3; pass++) await sweep();
  expect(await runsOf("crashing")).toHaveLength(told);

  await publish(client, "crashing", "v2", serverCode("well"));
  expect(await deploy(client, "crashing", "v2")).toMatchObject({ status: "succeeded" });
  expect(await targetOf("crashing")).toMatchObject({ release: "v2", degraded: null });
  expect(await healthOf("crashing")).toEqual(["healthy", "healthy", "healthy"]);

  // Whether it was the host or the app nobody can know: the host takes nothing new until it has proven good, or somebody says so.
  const { items } = await client.environments.badHosts(ENVIRONMENT);
  expect(items).toHaveLength(1);
  await client.environments.clearHost(ENVIRONMENT, { pool: items[0]!.pool, host: items[0]!.host });
});

test.each([
  ["servers", (app: string) => serverManifest(app, { port: 8100 })],
  ["virtual machines", (app: string) => ({ ...machineManifest(app), port: 8200 })],
])(
  "when all copies fall ill at once on %s nothing is replaced or restarted, and they come back by themselves",
  async (kind, manifestOf) => {
    const app = `all-${kind.split(" ")[0]}`;
    const mood = join(house.directory, `mood-of-${app}`);
    await client.apps.put(app, manifestOf(app));
    await publish(client, app, "v1", moodyCode(mood));
    expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
    const copies = async () =>
      (await targetOf(app)).replicas.map(({ id, startedAt }) => `${id} since ${startedAt}`).sort();
    const before = await copies();
    await sweep();
    const quiet = (await runsOf(app)).length;

    writeFileSync(mood, "ill");
    await expect.poll(() => healthOf(app), patience).toEqual(["unhealthy", "unhealthy", "unhealthy"]);
    for (let pass = 0; pass < 4; pass++) await sweep();
    const held = await targetOf(app);
    expect(held.degraded).toMatch(/^3 of 3 copies are broken at once, more than 50%/);
    const runs = (await runsOf(app)).slice(quiet);
    expect(runs.map(({ actions }) => actions.map((one) => one.result))).toEqual([["held", "held", "held"]]);
    expect(await copies()).toEqual(before);

    rmSync(mood);
    await expect.poll(() => healthOf(app), patience).toEqual(["healthy", "healthy", "healthy"]);
    await sweep();
    expect((await targetOf(app)).degraded).toBe(null);
    expect(await copies()).toEqual(before);
  },
);
