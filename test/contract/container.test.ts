// The container driver on the sandbox's ECS, ECR and load balancer: real processes from real images behind a real proxy.
import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CreateSnapshotCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Volume,
} from "@aws-sdk/client-ec2";
import { DeleteServiceCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aRollout } from "#test/support/a-deployment.ts";
import { asRoot } from "./as-role.ts";
import { openPlace, type Place, serviceName } from "./container-place.ts";
import { driverContract } from "./driver.ts";
import { placed, planTo, playStep, roll, watchStep } from "./roll.ts";

let place: Place;

beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

driverContract("container", () => place.open(), {
  unhealthy: /health checks.*\[500\]/,
  crashing: /it exited with exit code 3/,
  otherDigest: /its image cannot be pulled: .*sha256:0{64}/,
  noArchive: /its image cannot be pulled: .*no-such-repository/,
});

test("the app finds its configuration in its environment", async () => {
  const { driver, target, makeRelease, close } = await place.open({
    replicas: 1,
    config: { WORD: "ü $HOME" },
  });
  await makeRelease("v1");
  await roll(driver, target, "v1");
  const { endpoint } = await driver.inspect(target);
  expect(await (await fetch(endpoint!)).json()).toEqual({
    version: "v1",
    PORT: "8080",
    TUTTI_APP: target.app,
    TUTTI_ENVIRONMENT: "prod",
    TUTTI_VERSION: "v1",
    WORD: "ü $HOME",
  });
  await close();
});

test("a canary grows with its share beside the release before, and nothing of that is left, without a failed request", async () => {
  const rollout = aRollout({ strategy: "canary", weights: [50, 100], drainSeconds: 1 });
  const { driver, target, makeRelease, load, close } = await place.open({ rollout });
  for (const version of ["v1", "v2", "v3"])
    await makeRelease(version, version === "v3" ? "crashing" : "good");
  expect(await roll(driver, target, "v1")).toMatchObject({ ok: true, reason: "" });
  const requests = load((await driver.inspect(target)).endpoint!);
  const steps = await planTo(driver, target, "v2");
  expect(steps.map(({ label }) => label.replace(/: .*/, ""))).toEqual([
    "Start 1 of v2",
    "Shift 50 % to v2",
    "Start 1 of v2",
    "Shift 100 % to v2",
    "Remove v1",
  ]);
  for (const step of steps.slice(0, 2)) await playStep(driver, target, step);
  expect(await roll(driver, target, "v1", true)).toMatchObject({ ok: true, reason: "" });
  expect(await driver.inspect(target)).toMatchObject({
    traffic: [{ version: "v1", percent: 100 }],
    desired: 2,
  });
  for (const [at, step] of (await planTo(driver, target, "v2")).entries()) {
    expect(await playStep(driver, target, step)).toMatchObject({ ok: true, reason: "" });
    const { traffic } = await driver.inspect(target);
    if (at === 1) expect(traffic.map(({ percent }) => percent)).toEqual([50, 50]);
    if (at === 3) expect(traffic).toEqual([{ version: "v2", percent: 100 }]);
  }
  expect(await driver.inspect({ ...target, current: "v2" })).toMatchObject({ drift: [], desired: 2 });
  expect(await place.service(target, "a")).toBeUndefined();
  expect(await roll(driver, target, "v3")).toMatchObject({ ok: false });
  expect((await driver.inspect(target)).traffic).toEqual([{ version: "v2", percent: 100 }]);
  await driver.tidy!(target);
  await expect.poll(() => place.service(target, "a")).toBeUndefined();
  expect((await requests.stop()).failed).toBe(0);
  await close();
});

test("a count that somebody changes in the middle is respected, by rolling as by shifting", async () => {
  const blueGreen = aRollout({ strategy: "blueGreen", weights: [100], drainSeconds: 1 });
  const { driver, target, makeRelease, close } = await place.open();
  for (const version of ["v1", "v2", "v3"]) await makeRelease(version);
  await roll(driver, target, "v1");
  const scale = (desiredCount: number) =>
    place.clients.ecs.send(
      new UpdateServiceCommand({ cluster: place.cluster, service: serviceName(target), desiredCount }),
    );
  const [step] = await planTo(driver, target, "v2");
  const begun = await driver.apply(target, step!, null);
  await scale(3);
  expect(await watchStep(driver, target, step!, begun)).toMatchObject({ ok: true, reason: "" });
  const rolled = await driver.inspect(target);
  expect([rolled.desired, rolled.replicas.map(({ version }) => version)]).toEqual([3, ["v2", "v2", "v2"]]);

  const shifting = { ...target, spec: { ...target.spec, rollout: blueGreen, replicas: 3 } };
  const steps = await planTo(driver, shifting, "v3");
  expect(await playStep(driver, shifting, steps[0]!)).toMatchObject({ ok: true });
  await scale(4);
  for (const one of steps.slice(1)) expect(await playStep(driver, shifting, one)).toMatchObject({ ok: true });
  expect((await driver.inspect(shifting)).desired).toBe(4);
  await close();
});

test("a service that is deleted in the middle ends the step with its reason, and going back makes it again", async () => {
  const { driver, target, makeRelease, close } = await place.open();
  await makeRelease("v1");
  await makeRelease("v2");
  await roll(driver, target, "v1");
  const [step] = await planTo(driver, target, "v2");
  const begun = await driver.apply(target, step!, null);
  const service = serviceName(target);
  await place.clients.ecs.send(new DeleteServiceCommand({ cluster: place.cluster, service, force: true }));
  const ended = await watchStep(driver, target, step!, begun);
  expect(ended.reason).toBe("The service was deleted while v2 came to it.");
  expect(await roll(driver, target, "v1", true)).toMatchObject({ ok: true, reason: "" });
  const { endpoint, traffic } = await driver.inspect(target);
  expect(traffic).toEqual([{ version: "v1", percent: 100 }]);
  expect((await fetch(endpoint!)).status).toBe(200);

  const rollout = aRollout({ strategy: "canary", weights: [50, 100], drainSeconds: 1 });
  const trying = { ...target, spec: { ...target.spec, rollout } };
  for (const one of (await planTo(driver, trying, "v2")).slice(0, 2)) await playStep(driver, trying, one);
  // The one that was made last.
  const [a, b] = await Promise.all([place.service(target, "a"), place.service(target, "b")]);
  const canary = a!.createdAt! > b!.createdAt! ? a! : b!;
  const cluster = place.cluster;
  await place.clients.ecs.send(
    new DeleteServiceCommand({ cluster, service: canary.serviceName, force: true }),
  );
  const bake = placed({ type: "bake", label: "Bake 1 s", replicas: ["v2"], version: "v2", seconds: 1 });
  expect((await watchStep(driver, trying, bake, await driver.check(trying, bake, null))).reason).toBe(
    "The service of v2 is gone.",
  );
  expect(await roll(driver, trying, "v1", true)).toMatchObject({ ok: true, reason: "" });
  expect((await driver.inspect(trying)).traffic).toEqual([{ version: "v1", percent: 100 }]);
  await close();
});

test("what does not fit on any host says so", async () => {
  const container = { launchType: "EC2" as const, capacityProviders: [], placement: "binpack" as const };
  const { driver, target, makeRelease, close } = await place.open({
    container,
    resources: { cpu: 0.25, memoryMiB: 2000 },
  });
  await makeRelease("v1");
  expect(await driver.notes!(target, "v1")).toContain(
    "resources: no host of the cluster is large enough for cpu 0.25 and memoryMiB 2000, so that no copy can be placed.",
  );
  const failed = await roll(driver, target, "v1");
  expect(failed.reason).toMatch(/unable to place a task because no container instance met all of its/);
  await close();
});

test("capacity providers take the place of the launch type, and a service keeps its kind of place", async () => {
  const capacityProviders = [
    { name: "FARGATE", weight: 0, base: 1 },
    { name: "FARGATE_SPOT", weight: 1, base: 0 },
  ];
  const container = { launchType: "FARGATE" as const, capacityProviders, placement: "spread" as const };
  const { driver, target, makeRelease, close } = await place.open({ container });
  await makeRelease("v1");
  await makeRelease("v2");
  for (const version of ["v1", "v2"]) expect(await roll(driver, target, version)).toMatchObject({ ok: true });
  expect((await place.service(target))!.capacityProviderStrategy).toEqual([
    { capacityProvider: "FARGATE", weight: 0, base: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 },
  ]);
  const moved = { ...target, spec: { ...target.spec, container: { ...container, capacityProviders: [] } } };
  await expect(roll(driver, moved, "v1")).rejects.toThrow(/runs on capacity providers .* blueGreen once/);
  await close();
});

const SCALING = {
  ...{ min: 1, max: 4, metric: "requestsPerReplica" as const, target: 50 },
  ...{ warmupSeconds: 60, scaleIn: true },
};

test("scaling is there at the end of a rollout, is read back, goes with the traffic, and is put right where somebody changed it", async () => {
  const rollout = aRollout({ strategy: "blueGreen", weights: [100], drainSeconds: 1 });
  const { driver, target, makeRelease, close } = await place.open({ replicas: 1, scaling: SCALING, rollout });
  for (const version of ["v1", "v2"]) {
    await makeRelease(version);
    expect(await roll(driver, target, version)).toMatchObject({ ok: true });
    for (const _again of [1, 2]) await driver.tidy!(target);
  }
  expect(await driver.notes!(target, "v1")).toContain(
    "Scaling keeps 1 to 4 copies, aiming at 50 requests per second for each.",
  );
  const live = { ...target, current: "v2" };
  const asMeant = { min: 1, max: 4, metric: "requestsPerReplica", target: 50, activities: [] };
  expect(await driver.inspect(live)).toMatchObject({ scaling: asMeant, drift: [] });
  const about = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;
  const { ScalableTargets } = await place.clients.scaling.send(new DescribeScalableTargetsCommand(about));
  const ResourceId = `service/main/${serviceName(target, "b")}`;
  expect(ScalableTargets!.map((one) => one.ResourceId)).toEqual([ResourceId]);
  await place.clients.scaling.send(
    new RegisterScalableTargetCommand({ ...about, ResourceId, MinCapacity: 1, MaxCapacity: 9 }),
  );
  expect((await driver.inspect(live)).drift).toEqual([
    "The service is kept from 1 to 9; the release says from 1 to 4.",
  ]);
  await driver.repair(live, await driver.inspect(live));
  expect(await driver.inspect(live)).toMatchObject({ scaling: asMeant, drift: [] });
  const PolicyName = "tutti-scaling";
  await place.clients.scaling.send(new DeleteScalingPolicyCommand({ ...about, ResourceId, PolicyName }));
  expect((await driver.inspect(live)).drift).toEqual([
    "The service is scaled by nothing: its policy is gone.",
  ]);
  await driver.tidy!(target);
  const { scaling: _none, ...spec } = target.spec;
  const without = { ...live, spec };
  expect((await driver.inspect(without)).drift).toEqual([
    "The service is scaled by a policy; the release asks for none.",
  ]);
  await driver.tidy!(without);
  expect((await driver.inspect(without)).drift).toEqual([]);
  expect((await driver.inspect(without)).scaling).toBeUndefined();
  await close();
});

test("what somebody changed by hand is told and put right", async () => {
  const { driver, target, makeRelease, close } = await place.open({ replicas: 1 });
  await makeRelease("v1");
  await makeRelease("v2");
  await roll(driver, target, "v1");
  await roll(driver, target, "v2");
  const settled = { ...target, current: "v2" };
  const { taskDefinition } = (await place.service(target))!;
  const update = (part: { taskDefinition?: string; desiredCount?: number }) =>
    place.clients.ecs.send(
      new UpdateServiceCommand({ cluster: place.cluster, service: serviceName(target), ...part }),
    );
  await update({ taskDefinition: taskDefinition!.replace(/\d+$/, "1"), desiredCount: 0 });
  const fleet = await driver.inspect(settled);
  expect(fleet.drift).toEqual([
    "The service runs v1; the last deployment left v2.",
    "The service's count is 0.",
  ]);
  expect(await driver.repair(settled, fleet)).toMatchObject([{ result: "begun", replica: "v2" }]);
  await expect
    .poll(async () => (await driver.inspect(settled)).traffic)
    .toEqual([{ version: "v2", percent: 100 }]);
  await expect.poll(async () => (await driver.inspect(settled)).drift).toEqual([]);

  await update({ desiredCount: 3 });
  const more = await driver.inspect(settled);
  expect(more.drift).toEqual(["The service's count is 3; the last deployment left 1."]);
  await driver.repair(settled, more);
  await expect.poll(() => driver.inspect(settled)).toMatchObject({ drift: [], desired: 1, replicas: [{}] });
  // Whoever scales it chooses the count.
  const scaled = {
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${place.cluster.split("/").at(-1)}/${serviceName(target)}`,
  } as const;
  await place.clients.scaling.send(
    new RegisterScalableTargetCommand({ ...scaled, MinCapacity: 1, MaxCapacity: 4 }),
  );
  await update({ desiredCount: 2 });
  expect(await driver.inspect(settled)).toMatchObject({ drift: [], desired: 2 });
  await place.clients.scaling.send(new DeregisterScalableTargetCommand(scaled));

  const service = serviceName(target);
  await place.clients.ecs.send(new DeleteServiceCommand({ cluster: place.cluster, service, force: true }));
  expect((await driver.inspect(settled)).drift).toEqual(["The service is gone."]);
  const healed = async () => {
    await driver.repair(settled, await driver.inspect(settled));
    return driver.inspect(settled);
  };
  const whole = { traffic: [{ version: "v2", percent: 100 }], drift: [] };
  await expect.poll(healed, { interval: 250 }).toMatchObject(whole);
  await close();
});

/** What only happens elsewhere, or seldom: when. */
test("what copies write on a shared volume the others read, and so do the next release and the one after going back", async () => {
  const volumes = [{ name: "data", path: "/data", sizeGiB: 1, shared: true }];
  const { driver, target, makeRelease, load, close } = await place.open({ volumes });
  for (const version of ["v1", "v2"]) await makeRelease(version, "writing");
  await roll(driver, target, "v1");
  const { endpoint, volumes: live } = await driver.inspect(target);
  const read = async () =>
    ((await (await fetch(endpoint!)).json()) as { lines: string }).lines.trim().split(" ");
  expect(await read()).toEqual(["v1", "v1"]);
  expect(live).toEqual([
    { name: "data", sizeGiB: null, where: expect.stringMatching(/^fs-\w+, fsap-\w+$/), copy: null },
  ]);
  const running = load(endpoint!);
  await roll(driver, target, "v2");
  await roll(driver, target, "v1", true);
  expect((await running.stop()).failed).toBe(0);
  expect(await read()).toEqual(["v1", "v1", "v2", "v2", "v1", "v1"]);
  expect((await driver.inspect(target)).volumes).toEqual(live);
  // Another environment's app of the same name has a folder of its own, and one without storage cannot have a volume.
  const { storage: _none, ...environment } = target.environment;
  const played = roll(driver, { ...target, environment }, "v2");
  await expect(played).rejects.toThrow("storage: prod has none in its settings, and shared volumes need it.");
  await close();
});

/** Of the volume's own tags, what says whose it is. */
async function disksOf(app: string): Promise<Volume[]> {
  const Filters = [{ Name: "tag:tutti:app", Values: [app] }];
  const ec2 = new EC2Client(asRoot(place.sandbox));
  return (await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? [];
}

test("each copy has an ephemeral disk of its own, new with it and gone with it, while the release rolls without a failed request", async () => {
  const scratch = { name: "data", path: "/data", sizeGiB: 3, ephemeral: true };
  const { driver, target, makeRelease, load, close } = await place.open({ volumes: [scratch] });
  for (const version of ["v1", "v2"]) await makeRelease(version, "writing");
  await roll(driver, target, "v1");
  const { endpoint, replicas, volumes = [] } = await driver.inspect(target);
  const first = await disksOf(target.app);
  expect(first.map(({ Size, State, Encrypted }) => [Size, State, Encrypted])).toEqual([
    [3, "in-use", true],
    [3, "in-use", true],
  ]);
  const told = ({ copy, where }: { copy: string | null; where: string }) => `${copy} ${where}`;
  expect(volumes).toHaveLength(2);
  for (const { where, ...one } of volumes)
    expect(one).toEqual({ name: "data", sizeGiB: 3, copy: expect.any(String), ephemeral: true });
  expect(volumes.map(({ copy }) => copy).sort()).toEqual(replicas.map(({ id }) => id).sort());
  expect(volumes.map(({ where }) => where).sort()).toEqual(first.map((one) => one.VolumeId!).sort());
  const running = load(endpoint!);
  await roll(driver, target, "v2");
  expect((await running.stop()).failed).toBe(0);
  // Nothing of the release before, nor of the other copy.
  for (let asked = 0; asked < 6; asked++)
    expect((await (await fetch(endpoint!)).json()) as { lines: string }).toMatchObject({ lines: "v2 " });
  await expect.poll(async () => (await disksOf(target.app)).length).toBe(2);
  const second = await disksOf(target.app);
  expect(second.filter((one) => first.some((old) => old.VolumeId === one.VolumeId))).toEqual([]);
  expect((await driver.inspect(target)).volumes!.map(told)).not.toEqual(volumes.map(told));

  // Another size is another disk, for a copy of its own; what somebody changed there is put right; and the disk may go.
  const larger = { ...target, spec: { ...target.spec, volumes: [{ ...scratch, sizeGiB: 4 }] } };
  await roll(driver, larger, "v1");
  await expect.poll(async () => (await disksOf(target.app)).map(({ Size }) => Size)).toEqual([4, 4]);
  const settled = { ...larger, current: "v1" };
  expect((await driver.inspect(settled)).drift).toEqual([]);
  const drifted = { ...settled, spec: { ...target.spec } };
  expect((await driver.inspect(drifted)).drift).toEqual([
    "The service's disks are not as its release has them.",
  ]);
  const without = { ...target, spec: { ...target.spec, volumes: [] } };
  await makeRelease("v3");
  await roll(driver, without, "v3");
  await expect.poll(() => disksOf(target.app)).toEqual([]);
  expect((await driver.inspect(without)).volumes).toBeUndefined();
  await close();
});

test("an ephemeral disk begins with the snapshot that is named, and a role that may not make it ends the step with why", async () => {
  const ec2 = new EC2Client(asRoot(place.sandbox));
  const scratch = { name: "data", path: "/data", sizeGiB: 1, ephemeral: true };
  const { driver, target, makeRelease, close } = await place.open({ replicas: 1, volumes: [scratch] });
  await makeRelease("v1", "writing");
  await roll(driver, target, "v1");
  const [disk] = await disksOf(target.app);
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId: disk!.VolumeId! }));
  const volumes = [{ ...scratch, fromSnapshot: SnapshotId! }];
  const seeded = { ...target, spec: { ...target.spec, volumes } };
  const settledSnapshot = async () =>
    (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId!] }))).Snapshots![0]!.State;
  await expect.poll(settledSnapshot).toBe("completed");
  await makeRelease("v2", "writing");
  await roll(driver, seeded, "v2");
  const { endpoint } = await driver.inspect(seeded);
  expect(await (await fetch(endpoint!)).json()).toMatchObject({ lines: "v1 v2 " });

  const cluster = {
    ...target.environment.cluster!,
    infrastructureRoleArn: target.environment.cluster!.executionRoleArn,
  };
  const powerless = { ...seeded, environment: { ...target.environment, cluster } };
  const { ok, reason, observations } = await roll(driver, powerless, "v1");
  expect(ok).toBe(false);
  expect(reason + observations.map(({ detail }) => detail).join()).toMatch(
    /failed to make and attach the EBS volume data: .*ec2:CreateVolume/,
  );
  await close();
});
