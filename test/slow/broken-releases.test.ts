// Releases that are broken in every way a release can be: each goes back with a reason of its own, and what ran
// before serves all the while.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { startLoad } from "#start/demo/load.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import {
  archive,
  deploy,
  ENVIRONMENT,
  functionCode,
  functionManifest,
  publish,
  serverCode,
  serverManifest,
  versionsOf,
} from "#test/support/release-of.ts";

let house: TestHouse;
let client: Client;
beforeAll(async () => {
  house = await startHouse({ servers: 3 });
  client = house.client;
  await Promise.all([
    furnish("shop", serverManifest, serverCode),
    furnish("greeter", functionManifest, functionCode),
    furnishContainers("boxes"),
  ]);
});
afterAll(() => house?.clear());

const WRONG_DIGEST = "0".repeat(64);
const NO_ARCHIVE = Buffer.from("just words, and no archive at all");

async function furnish(
  app: string,
  manifest: typeof functionManifest | typeof serverManifest,
  code: typeof functionCode,
) {
  await client.apps.put(app, manifest(app));
  await publish(client, app, "v1", code("well"));
  await publish(client, app, "unwell", code("unwell"));
  await publish(client, app, "silent", code("silent"));
  await publish(client, app, "crashing", code("crashing"));
  await publish(client, app, "forged", archive(code("well")), WRONG_DIGEST);
  await publish(client, app, "words", NO_ARCHIVE);
  expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
}

async function furnishContainers(app: string) {
  const image = await buildImage(client, app);
  for (const behaviour of ["well", "unwell", "crashing"] as const)
    await publishContainer(client, app, behaviour === "well" ? "v1" : behaviour, image, behaviour);
  expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
}

/** Deploys under load and answers the reason; everything must still run v1. */
async function sentBack(app: string, version: string): Promise<string> {
  const { endpoint } = await client.targets.get(app, ENVIRONMENT);
  const load = startLoad(endpoint!, 50);
  const deployment = await deploy(client, app, version).finally(() => void load.stop());
  const report = await load.stop();
  expect({ failed: report.failed, statuses: report.statuses }).toEqual({ failed: 0, statuses: {} });
  expect(report.sent).toBeGreaterThan(0);
  expect(deployment).toMatchObject({ status: "rolled_back", previousVersion: "v1" });
  const target = await client.targets.get(app, ENVIRONMENT);
  expect(target).toMatchObject({ release: "v1", activeDeployment: null });
  expect(new Set(target.replicas.map((one) => `${one.version} ${one.health}`))).toEqual(
    new Set(["v1 healthy"]),
  );
  return deployment.reason;
}

test.each([
  ["unwell", /dev-web-1.*500/],
  ["silent", /dev-web-1.*(refused|listen)/i],
  ["crashing", /dev-web-1.*exit code 1[\s\S]*no such luck/],
  ["forged", /SHA-256.*0000/],
  ["words", /dev-web-1.*neither a .tar.gz nor a .zip/],
])(
  "a release for servers that is %s goes back with its own reason while the old one serves",
  async (version, reason) => {
    expect(await sentBack("shop", version)).toMatch(reason);
  },
);

test.each([
  ["unwell", /500/],
  ["silent", /did not answer within 1 s/],
  ["crashing", /(no such luck|502|error)/i],
  ["forged", /SHA-256|digest/i],
  ["words", /archive|zip|tar/i],
])(
  "a function's release that is %s goes back with its own reason while the old one serves",
  async (version, reason) => {
    expect(await sentBack("greeter", version)).toMatch(reason);
  },
);

test.each([
  ["unwell", /it failed the load balancer's health checks.*500/],
  ["crashing", /it exited with exit code 1/],
])(
  "a container's release that is %s goes back with its own reason while the old one serves",
  async (version, reason) => {
    expect(await sentBack("boxes", version)).toMatch(reason);
  },
);

test("a first deployment that fails is taken away again, and another can follow", async () => {
  await client.apps.put("first", serverManifest("first", { port: 8200 }));
  await publish(client, "first", "v1", serverCode("unwell"));
  await publish(client, "first", "v2", serverCode("well"));
  expect(await deploy(client, "first", "v1")).toMatchObject({ status: "rolled_back", previousVersion: null });
  expect(await client.targets.get("first", ENVIRONMENT)).toMatchObject({ release: null, replicas: [] });
  expect(await deploy(client, "first", "v2")).toMatchObject({ status: "succeeded" });
  expect(await versionsOf(client, "first")).toEqual(["v2", "v2", "v2"]);
});
