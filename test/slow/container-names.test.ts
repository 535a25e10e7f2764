// Names of containers as a user has them: a namespace in the environment's settings, two apps on ECS, and one calls the other by name.
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aNamespace } from "#test/contract/names-world.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { loadAt } from "#test/support/load-at.ts";
import { ownerOf } from "#test/support/owner.ts";
import { buildImage, publishContainer } from "#test/support/release-container.ts";
import { deploy } from "#test/support/release-of.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

test("an app calls another by its name through a rolling deployment of that one, without a failed request", async () => {
  const { client } = house;
  const discovery = new ServiceDiscoveryClient({ ...ownerOf(house), disableHostPrefix: true });
  const { items } = await client.environments.list();
  const { name, updatedAt: _at, ...settings } = items.find((one) => one.name === "dev")!;
  const namespaceArn = await aNamespace(discovery, "shop.internal");
  await client.environments.put(name, { ...settings, discovery: { namespaceArn } });
  const { checks } = await client.environments.doctor("dev");
  const named = checks.filter(({ path }) => path === "discovery.namespaceArn");
  expect(named.length).toBeGreaterThan(0);
  for (const one of named)
    expect(one).toMatchObject({ ok: true, detail: "Copies are found as <app>.shop.internal." });
  const image = await buildImage(client, "orders");
  const config = { BEHAVIOUR: "well", CALLS: "http://orders.shop.internal:8080/" };
  await publishContainer(client, "orders", "v1", image, "well", { replicas: 2 });
  await publishContainer(client, "front", "v1", image, "well", { replicas: 1, connect: ["orders"], config });
  for (const app of ["orders", "front"])
    expect(await deploy(client, app, "v1")).toMatchObject({ status: "succeeded" });
  const { endpoint } = await client.targets.get("front", "dev");
  const ask = async () => (await fetch(endpoint!)).text();
  expect(await ask()).toBe("v1 is well, and v1 is well");
  await publishContainer(client, "orders", "v2", image, "well", { replicas: 2 });
  const load = loadAt(endpoint!, 30);
  expect(await deploy(client, "orders", "v2")).toMatchObject({ status: "succeeded" });
  const { sent, failed } = await load.stop();
  expect(failed).toBe(0);
  expect(sent).toBeGreaterThan(30);
  expect(await ask()).toBe("v1 is well, and v2 is well");
  expect(await client.targets.get("orders", "dev")).toMatchObject({ drift: [] });
});
