// Names of services on ECS, by Service Connect: who is found, by whom, and through what changes, in the sandbox.
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import { aRollout } from "#test/support/a-deployment.ts";
import { openPlace, type Place, serviceName } from "./container-place.ts";
import { aNamespace, foundUnder } from "./names-world.ts";
import { roll } from "./roll.ts";
import { steadyLoad } from "./steady-load.ts";

let place: Place;
let namespaceArn: string;
beforeAll(async () => {
  place = await openPlace();
  namespaceArn = await aNamespace(await place.clients.discovery(), "shop.internal");
});
afterAll(() => place.close());

async function open(overrides: Partial<Spec> = {}) {
  const opened = await place.open(overrides);
  const environment: Environment = { ...opened.target.environment, discovery: { namespaceArn } };
  const target = { ...opened.target, environment };
  return { ...opened, target, close: () => opened.driver.retire(target) };
}

const blueGreen = aRollout({ strategy: "blueGreen", weights: [100], drainSeconds: 1 });
const found = async (app: string) => foundUnder(await place.clients.discovery(), "shop.internal", app);
const answerOf = async (url: string) => (await fetch(url)).text();

test("a name leads to the copies of a service while it rolls, and while its callers move from blue to green: nobody is let down", async () => {
  const orders = await open();
  const name = `http://${orders.target.app}.shop.internal:8080/`;
  const front = await open({ config: { CALLS: name }, rollout: blueGreen });
  for (const version of ["v1", "v2"]) {
    await orders.makeRelease(version, "good");
    await front.makeRelease(version, "calling");
  }
  const { driver } = place;
  expect(await roll(driver, orders.target, "v1")).toMatchObject({ ok: true, reason: "" });
  expect(await roll(driver, front.target, "v1")).toMatchObject({ ok: true, reason: "" });
  const { endpoint } = await driver.inspect(front.target);
  expect(JSON.parse(await answerOf(endpoint!))).toMatchObject({
    version: "v1",
    TUTTI_APP: orders.target.app,
  });
  expect(await found(orders.target.app)).toHaveLength(2);
  const load = steadyLoad(endpoint!);
  expect(await roll(driver, orders.target, "v2")).toMatchObject({ ok: true, reason: "" });
  expect(await answerOf(endpoint!)).toContain('"version":"v2"');
  expect(await roll(driver, front.target, "v2")).toMatchObject({ ok: true, reason: "" });
  expect(await answerOf(endpoint!)).toContain('"version":"v2"');
  expect(await roll(driver, orders.target, "v1", true)).toMatchObject({ ok: true, reason: "" });
  const { sent, failed } = await load.stop();
  expect(failed).toBe(0);
  expect(sent).toBeGreaterThan(50);
  for (const [{ target }, current] of [
    [orders, "v1"],
    [front, "v2"],
  ] as const)
    expect((await driver.inspect({ ...target, current })).drift).toEqual([]);
  // Who only calls has no name.
  await expect(found(front.target.app)).rejects.toThrow("There is no service");
  await front.close();
  await orders.close();
  await expect
    .poll(() => found(orders.target.app).catch((error) => error.message))
    .toMatch("There is no service");
});

test("what somebody changed is drift and is put right, and so is an environment that names a namespace later, or no longer", async () => {
  const { driver, target, makeRelease, load, close } = await open();
  await makeRelease("v1");
  const { discovery: _none, ...without } = target.environment;
  await roll(driver, { ...target, environment: without }, "v1");
  const settled = { ...target, current: "v1" };
  const drift = async (one = settled) => (await driver.inspect(one)).drift;
  const sentence = "The service's Service Connect is not as its environment and release have it.";
  const requests = load((await driver.inspect(target)).endpoint!);
  const mend = async (one = settled) => {
    expect(await drift(one)).toEqual([sentence]);
    const results = await driver.repair(one, await driver.inspect(one));
    expect(results).toMatchObject([{ action: "put the service back", result: "begun", finding: sentence }]);
    expect(await drift(one)).toEqual([]);
    const steady = async () => (await place.service(target))!.deployments!.map((it) => it.rolloutState);
    await expect.poll(steady).toEqual(["COMPLETED"]);
  };
  await mend();
  await expect.poll(() => found(target.app)).toHaveLength(2);
  const serviceConnectConfiguration = { enabled: true, namespace: namespaceArn };
  await place.clients.ecs.send(
    new UpdateServiceCommand({
      cluster: place.cluster,
      service: serviceName(target),
      serviceConnectConfiguration,
    }),
  );
  await mend();
  await expect.poll(() => found(target.app)).toHaveLength(2);
  await mend({ ...settled, environment: without });
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("with blue/green a service only calls, and the dry run says so; `tutti doctor` looks at the namespace", async () => {
  const { driver, target, makeRelease, close } = await open({ rollout: blueGreen, replicas: 1 });
  await makeRelease("v1");
  await roll(driver, target, "v1");
  const [deployment] = (await place.service(target))!.deployments!;
  expect(deployment!.serviceConnectConfiguration).toEqual({ enabled: true, namespace: namespaceArn });
  await expect(found(target.app)).rejects.toThrow("There is no service");
  const notes = await driver.notes!(target, "v1");
  expect(notes.filter((one) => one.includes("Service Connect"))).toEqual([
    expect.stringContaining("resources: Service Connect runs a proxy in each task"),
    expect.stringContaining(`with blueGreen ${target.app} has no name in Service Connect`),
  ]);
  const checks = await driver.diagnose!(target.environment, undefined);
  expect(checks.find(({ path }) => path === "discovery.namespaceArn")).toMatchObject({ ok: true });
  await close();
});
