// How many hosts may break: ten servers, two at a time, "30%" of them allowed. In process, so that a host can be
// unplugged.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "#client/client.ts";
import { type OwnHouse, openOwnHouse } from "#test/support/own-house.ts";
import { deploy, ENVIRONMENT, publish, serverCode, serverManifest } from "#test/support/release-of.ts";

let house: OwnHouse;
let client: Client;
beforeAll(async () => {
  house = await openOwnHouse({ servers: 10 });
  ({ client } = house);
});
afterAll(() => house?.close());

const AT_ONCE = { batch: 10, maxUnavailable: 10 };

/** Ten replicas of v1, and a v2 that is unwell on the first `broken` hosts; answers those hosts' names. */
async function tenServers(app: string, port: number, broken: number): Promise<string[]> {
  const rollout = { batch: 2, maxFailures: "30%" };
  await client.apps.put(app, serverManifest(app, { port, replicas: 10, rollout }));
  await publish(client, app, "v1", serverCode("well"));
  expect(await deploy(client, app, "v1", AT_ONCE)).toMatchObject({ status: "succeeded" });
  const { replicas } = await client.targets.get(app, ENVIRONMENT);
  const victims = replicas.filter((_, index) => index % 2 === 0).slice(0, broken);
  const hosts = victims.map((one) => one.address!.split(":")[0]!);
  await publish(client, app, "v2", broken === 0 ? serverCode("well") : serverCode("unwell", hosts));
  return victims.map((one) => one.id);
}

async function countsOf(app: string): Promise<Record<string, number>> {
  const { replicas } = await client.targets.get(app, ENVIRONMENT);
  const counts: Record<string, number> = {};
  for (const { version, health } of replicas) {
    const word = `${version} ${health}`;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

const failed = (deployment: { failures: { replica: string }[] }) =>
  [...new Set(deployment.failures.map((one) => one.replica))].sort();

test("three broken hosts of ten are within 30%: they go back to what they ran, the others go on", async () => {
  const victims = await tenServers("three", 8100, 3);
  const deployment = await deploy(client, "three", "v2");
  expect(deployment).toMatchObject({ status: "succeeded" });
  expect(failed(deployment)).toEqual(victims.sort());
  expect(await countsOf("three")).toEqual({ "v2 healthy": 7, "v1 healthy": 3 });
});

test("the fourth broken host is one too many: all go back", async () => {
  const victims = await tenServers("four", 8200, 4);
  const deployment = await deploy(client, "four", "v2");
  expect(deployment).toMatchObject({ status: "rolled_back" });
  expect(deployment.reason).toContain(victims.sort()[3]);
  expect(failed(deployment)).toEqual(victims);
  expect(await countsOf("four")).toEqual({ "v1 healthy": 10 });
});

test("a host that does not answer counts as failed", async () => {
  const victims = await tenServers("gone", 8300, 3);
  const others = (await client.targets.get("gone", ENVIRONMENT)).replicas.filter(
    (one) => !victims.includes(one.id),
  );
  const gone = house.sandbox.machines.list().find((one) => one.name === others.at(-1)!.id)!;
  await house.sandbox.machines.setOnline(gone.id, false);
  try {
    const deployment = await deploy(client, "gone", "v2");
    expect(deployment).toMatchObject({ status: "rolled_back" });
    expect(failed(deployment)).toContain(gone.name);
    expect(failed(deployment)).toHaveLength(4);
  } finally {
    await house.sandbox.machines.setOnline(gone.id, true);
  }
});
