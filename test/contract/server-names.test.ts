// Names of copies on hosts, in the sandbox's Cloud Map: who is found, from when on and until when.
import {
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListServicesCommand,
  RegisterInstanceCommand,
} from "@aws-sdk/client-servicediscovery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { naming } from "#infra/cloud-map-grants.ts";
import { NAMES } from "./as-role.ts";
import { aNamespace, callsByName, foundUnder } from "./names-world.ts";
import { roll } from "./roll.ts";
import { openServerWorld, type ServerWorld } from "./server-world.ts";

let world: ServerWorld;
beforeAll(async () => {
  world = await openServerWorld();
});
afterAll(() => world.close());

test.each(["with", "without"])(
  "copies are found by name while they are healthy, and whoever goes there %s a load balancer is never let down",
  async (how) => {
    const namespace = `${how}.internal`;
    const discovery = { namespaceArn: await aNamespace(await world.clients.discovery(), namespace) };
    const alone = how === "with" ? {} : { loadBalancer: undefined };
    const { driver, target, makeRelease, close } = await world.open(
      { replicas: 2 },
      {},
      { discovery, ...alone },
    );
    await makeRelease("v1", "good");
    await makeRelease("v2", "good");
    expect(await roll(driver, target, "v1")).toMatchObject({ ok: true, reason: "" });
    const { replicas } = await driver.inspect(target);
    const wanted = replicas.map(({ id, address }) => `${id} ${address}`);
    expect(await foundUnder(await world.clients.discovery(), namespace, target.app)).toEqual(wanted);
    const calls = callsByName(await world.clients.discovery(), namespace, target.app);
    expect(await roll(driver, target, "v2")).toMatchObject({ ok: true, reason: "" });
    const { failed, counts, calls: made } = await calls.stop();
    expect(failed).toEqual([]);
    expect(made).toBeGreaterThan(10);
    expect([...counts].sort()).toEqual([1, 2]);
    expect(await foundUnder(await world.clients.discovery(), namespace, target.app)).toEqual(wanted);
    await close();
    await expect(foundUnder(await world.clients.discovery(), namespace, target.app)).rejects.toThrow(
      `There is no service ${target.app}`,
    );
  },
);

test("a name is put right where somebody changed it, or a copy died", async () => {
  const discovery = { namespaceArn: await aNamespace(await world.clients.discovery(), "drift.internal") };
  const { driver, target, makeRelease, close } = await world.open({ replicas: 2 }, {}, { discovery });
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  const settled = { ...target, current: "v1" };
  const well = await foundUnder(await world.clients.discovery(), "drift.internal", target.app);
  const cloudMap = await world.clients.discovery();
  const { ServiceId } = await serviceOf(target.app);
  const Attributes = { AWS_INSTANCE_IPV4: "127.9.9.9", AWS_INSTANCE_PORT: "9999" };
  await cloudMap.send(new RegisterInstanceCommand({ ServiceId, InstanceId: "stranger", Attributes }));
  await cloudMap.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: "web-1" }));
  const drift = async () => (await driver.inspect(settled)).drift;
  await expect
    .poll(drift)
    .toEqual([
      `web-1 is healthy and not found under the name ${target.app}.`,
      `127.9.9.9:9999 is found under the name ${target.app} and is no healthy copy.`,
    ]);
  expect(await driver.repair(settled, await driver.inspect(settled))).toMatchObject([
    { replica: "web-1", action: "named", result: "begun" },
    { replica: "127.9.9.9:9999", action: "unnamed", result: "begun" },
  ]);
  await expect.poll(drift).toEqual([]);
  expect(await foundUnder(await world.clients.discovery(), "drift.internal", target.app)).toEqual(well);
  await close();
});

test("a name that somebody else made is left alone", async () => {
  const discovery = { namespaceArn: await aNamespace(await world.clients.discovery(), "taken.internal") };
  const { driver, target, makeRelease, close } = await world.open({ replicas: 1 }, {}, { discovery });
  const NamespaceId = discovery.namespaceArn.split("/")[1];
  await (await world.clients.discovery()).send(new CreateServiceCommand({ Name: target.app, NamespaceId }));
  await makeRelease("v1", "good");
  await expect(roll(driver, target, "v1")).rejects.toThrow("does not carry these tags");
  await close();
  expect(await foundUnder(await world.clients.discovery(), "taken.internal", target.app)).toEqual([]);
});

async function serviceOf(app: string): Promise<{ ServiceId: string }> {
  const { Services } = await (await world.clients.discovery()).send(new ListServicesCommand({}));
  return { ServiceId: Services!.find(({ Name }) => Name === app)!.Id! };
}

test("every permission that names take is asked for above", () => {
  const asked = world.sandbox.askedBy(NAMES.roleArn("driver-server")).allowed.map(({ action }) => action);
  const granted = naming(NAMES).flatMap(({ actions }) => actions);
  expect(granted.filter((action) => !asked.includes(action))).toEqual([]);
});
