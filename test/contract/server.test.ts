// The server driver on the sandbox's machines, SSM, S3 and load balancer: real processes behind a real proxy.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DeregisterTargetsCommand, RegisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driverContract } from "./driver.ts";
import { planTo, playStep, roll } from "./roll.ts";
import { machineId, openServerWorld, type ServerWorld } from "./server-world.ts";
import { steadyLoad } from "./steady-load.ts";

let world: ServerWorld;

beforeAll(async () => {
  world = await openServerWorld();
});
afterAll(() => world.close());

const open: ServerWorld["open"] = (...overrides) => world.open(...overrides);
const targetGroupArn: ServerWorld["targetGroupArn"] = (app) => world.targetGroupArn(app);
const homeOn: ServerWorld["homeOn"] = (number, app) => world.homeOn(number, app);

driverContract("server", open, {
  unhealthy: /web-1: GET \/healthz answered 500/,
  crashing: /web-1: crashed on start: exit code 3, last lines of its log:\nbroken on purpose/,
  otherDigest: /web-1: The artifact has the SHA-256 [0-9a-f]{64}, the release says 0{64}\./,
  noArchive: /web-1: The artifact is neither a \.tar\.gz nor a \.zip\./,
});

test("a release that never listens fails with a reason of its own", async () => {
  const { driver, target, makeRelease, close } = await open();
  await makeRelease("v1", "silent");
  const failed = await roll(driver, target, "v1");
  expect(failed.reason).toMatch(/^web-1: nothing listens on 127\.[\d.]+:8080$/);
  await close();
});

test("a host that has everything is set up by doing nothing; one that lacks the user says so", async () => {
  const server = { pool: "web", supervisor: "systemd", setup: true } as const;
  const { driver, target, makeRelease, close } = await open({ replicas: 1, server });
  await makeRelease("v1", "good");
  expect(await roll(driver, target, "v1")).toMatchObject({ ok: true, reason: "" });
  const lacking = structuredClone({ ...target.environment });
  lacking.pools.web!.user = "tutti-nobody";
  await makeRelease("v2", "good");
  const failed = await roll(driver, { ...target, environment: lacking }, "v2");
  expect(failed.reason).toMatch(/^web-1: setup failed on web-1: .*user tutti-nobody/);
  await close();
});

test("the app finds its configuration in its environment, to the letter", async () => {
  const config = { NASTY: `it's "$HOME" \`id\` \\ 100% {{ssm:x}}\nsecond line ü`, EMPTY: "" };
  const { driver, target, makeRelease, close } = await open({ config });
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  const { endpoint } = await driver.inspect(target);
  const { env } = (await (await fetch(endpoint!)).json()) as { env: Record<string, string> };
  const own = { TUTTI_APP: target.app, TUTTI_ENVIRONMENT: "prod", TUTTI_VERSION: "v1", PORT: "8080" };
  expect(env).toMatchObject({ ...config, ...own });
  await close();
});

test("going back needs no artifact, and one that was pruned is fetched again", async () => {
  const { driver, target, makeRelease, forget, close } = await open({ replicas: 1 });
  const versions = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];
  for (const version of versions) {
    await makeRelease(version, "good");
    expect(await roll(driver, target, version)).toMatchObject({ ok: true });
  }
  const kept = readdirSync(join(homeOn(1, target.app), "releases")).sort();
  expect(kept).toEqual(["rel_v3", "rel_v4", "rel_v5", "rel_v6", "rel_v7"]);
  await forget("v4");
  expect(await roll(driver, target, "v4", true)).toMatchObject({ ok: true });
  expect(await roll(driver, target, "v1", true)).toMatchObject({ ok: true });
  await close();
});

test("a host that is unplugged is told as unreachable, stays out of traffic and comes back", async () => {
  const { driver, target, makeRelease, close } = await open({ replicas: 3 });
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  await roll(driver, target, "v1");
  await world.sandbox.machines.setOnline(machineId(2), false);
  const fleet = await driver.inspect({ ...target, current: "v1" });
  expect(fleet.unreachable).toEqual(["web-2"]);
  expect(fleet.replicas.find(({ id }) => id === "web-2")).toMatchObject({ version: "v1", health: "unknown" });
  const failed = await roll(driver, { ...target, current: "v1" }, "v2");
  expect(failed.reason).toBe("web-2: the SSM agent is not online");
  await world.sandbox.machines.setOnline(machineId(2), true);
  expect(await roll(driver, target, "v2")).toMatchObject({ ok: true });
  await close();
});

test("a killed process is healed, and what was done to the traffic by hand is put right", async () => {
  const { driver, target, makeRelease, close } = await open({ replicas: 3 });
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  const settled = { ...target, current: "v1" };
  const { replicas } = await driver.inspect(settled);
  const [address, port] = replicas[0]!.address!.split(":");
  const TargetGroupArn = await targetGroupArn(target.app);
  await world.clients.elb.send(
    new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: address, Port: Number(port) }] }),
  );
  await world.clients.elb.send(
    new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "127.9.9.9", Port: 9999 }] }),
  );
  await promisify(execFile)(join(world.directory, "machines", machineId(3), "bin", "systemctl"), [
    "stop",
    `tutti-${target.app}-prod`,
  ]);
  await target.clock.sleep(1_500);
  const fleet = await driver.inspect(settled);
  expect(fleet.drift).toEqual([
    "127.9.9.9:9999 is registered at the load balancer and is no replica",
    "web-1 is not registered at the load balancer",
  ]);
  const repaired = await driver.repair(settled, fleet);
  expect(repaired.map(({ replica, result }) => [replica, result])).toEqual([
    ["web-1", "repaired"],
    ["web-3", "repaired"],
    ["127.9.9.9:9999", "repaired"],
  ]);
  await expect.poll(async () => (await driver.inspect(settled)).drift).toEqual([]);
  await expect
    .poll(async () => (await driver.inspect(settled)).replicas.map(({ health }) => health))
    .toEqual(["healthy", "healthy", "healthy"]);
  await close();
});

test("two apps on one host get a port each", async () => {
  const one = await open({ replicas: 1 });
  const two = await open({ replicas: 1 });
  for (const each of [one, two]) {
    await each.makeRelease("v1", "good");
    expect(await roll(each.driver, each.target, "v1")).toMatchObject({ ok: true });
  }
  const ports = [];
  for (const { driver, target } of [one, two])
    ports.push((await driver.inspect(target)).replicas[0]!.address!.split(":")[1]);
  expect(ports).toEqual(["8080", "8081"]);
  await one.close();
  await two.close();
});

test("scaling in drains before it stops, and leaves nothing on the host", async () => {
  const { driver, target, makeRelease, close } = await open({ replicas: 3 });
  await makeRelease("v1", "good");
  await roll(driver, target, "v1");
  const load = steadyLoad((await driver.inspect(target)).endpoint!);
  const fewer = { ...target, spec: { ...target.spec, replicas: 2 } };
  for (const step of await planTo(driver, fewer, "v1")) await playStep(driver, fewer, step);
  expect((await load.stop()).failed).toBe(0);
  expect((await driver.inspect(fewer)).replicas.map(({ id }) => id)).toEqual(["web-1", "web-2"]);
  expect(existsSync(homeOn(3, target.app))).toBe(false);
  await close();
});

test("scaling tells where its metric stands, while nothing is under way", async () => {
  const scaling = {
    ...{ min: 1, max: 3, metric: "requestsPerReplica" as const, target: 50 },
    ...{ warmupSeconds: 120, scaleIn: true },
  };
  const { driver, target, makeRelease, close } = await open({ scaling });
  await makeRelease("v1", "good");
  expect((await roll(driver, target, "v1")).ok).toBe(true);
  expect(await driver.notes!(target, "v1")).toContain(
    "Scaling keeps 1 to 3 copies, aiming at 50 requests per second for each.",
  );
  expect((await driver.inspect(target)).scaling).toBeUndefined();
  const TargetGroup = (await targetGroupArn(target.app)).split(":").at(-1)!;
  const LoadBalancer = target.environment.loadBalancer!.arn.split(":loadbalancer/")[1]!;
  expect((await driver.inspect({ ...target, current: "v1" })).scaling).toEqual({
    ...{ min: 1, max: 3, metric: "requestsPerReplica", target: 50, count: 2, activities: [] },
    chosenBy: "tutti",
    series: [
      {
        ...{ namespace: "AWS/ApplicationELB", name: "RequestCountPerTarget", statistic: "Sum" },
        ...{ dimensions: { TargetGroup, LoadBalancer }, times: 1 / 60 },
      },
    ],
  });
  await close();
});
