// The function driver on the sandbox's Lambda and S3: real invocations of real code behind real weighted aliases.
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Scaling } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import { placed } from "#core/plan/gates.ts";
import { grantsOf } from "#infra/grants.ts";
import { furnishFiles } from "#start/furnish-files.ts";
import { functionScaled } from "#targets/scaling/calls.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { driverContract } from "./driver.ts";
import { as, driverAs, inFunctionWorld, makeRole, NAMES, open } from "./function-world.ts";
import { planTo, playStep, roll } from "./roll.ts";

inFunctionWorld();

driverContract(
  "function",
  open,
  {
    unhealthy: /v3: GET \/healthz answered 500/,
    crashing: /v4: GET \/healthz failed: .*broken on purpose/,
    otherDigest: /SHA-256/,
    noArchive: /no archive/,
  },
  // Lambda starts and ends its copies by itself.
  { restarts: false },
);

test("traffic moves by the weights of the manifest, and the endpoint stays the same", async () => {
  const { driver, target, makeRelease, close } = await open();
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  await roll(driver, target, "v1");
  const before = await driver.inspect(target);
  const seen = [];
  for (const step of await planTo(driver, target, "v2")) {
    expect((await playStep(driver, target, step)).ok).toBe(true);
    seen.push((await driver.inspect(target)).traffic);
  }
  expect(seen).toEqual([
    [
      { version: "v1", percent: 90 },
      { version: "v2", percent: 10 },
    ],
    [
      { version: "v1", percent: 50 },
      { version: "v2", percent: 50 },
    ],
    [{ version: "v2", percent: 100 }],
  ]);
  const { endpoint } = await driver.inspect(target);
  expect(endpoint).toBe(before.endpoint);
  expect(await (await fetch(endpoint!)).json()).toMatchObject({ version: "v2", greeting: "Hello" });
  await close();
});

test("no weight moves to a version that is not healthy", async () => {
  const { driver, target, makeRelease, close } = await open();
  await makeRelease("v1", "good");
  await makeRelease("v3", "unhealthy");
  await roll(driver, target, "v1");
  expect((await roll(driver, target, "v3")).ok).toBe(false);
  expect((await driver.inspect(target)).traffic).toEqual([{ version: "v1", percent: 100 }]);
  await close();
});

test("an alias split by hand is collapsed before a third version gets its share", async () => {
  const { driver, target, makeRelease, lambda, name, close } = await open();
  for (const version of ["v1", "v2", "v4"]) await makeRelease(version, "good");
  await roll(driver, target, "v1");
  await roll(driver, target, "v2");
  const RoutingConfig = { AdditionalVersionWeights: { 1: 0.4 } };
  await lambda.send(new UpdateAliasCommand({ FunctionName: name, Name: "live", RoutingConfig }));
  const [first] = await planTo(driver, target, "v4");
  expect((await playStep(driver, target, first!)).ok).toBe(true);
  expect((await driver.inspect(target)).traffic).toEqual([
    { version: "v2", percent: 90 },
    { version: "v4", percent: 10 },
  ]);
  await close();
});

test("an alias changed by hand is told as drift and put right", async () => {
  const { driver, target, makeRelease, lambda, name, close } = await open();
  await makeRelease("v1", "good");
  await makeRelease("v2", "good");
  await roll(driver, target, "v1");
  await roll(driver, target, "v2");
  await lambda.send(new UpdateAliasCommand({ FunctionName: name, Name: "live", FunctionVersion: "1" }));
  const settled = { ...target, current: "v2" };
  const fleet = await driver.inspect(settled);
  expect(fleet.drift).toEqual([
    "The alias live sends 100% to v1; the last deployment left it at 100% to v2.",
  ]);
  expect(await driver.repair(settled, fleet)).toMatchObject([{ replica: "v2", result: "repaired" }]);
  expect(await driver.inspect(settled)).toMatchObject({
    traffic: [{ version: "v2", percent: 100 }],
    drift: [],
  });
  await close();
});

test("old versions are kept for ways back, and a deleted one is published again from its artifact", async () => {
  const { driver, target, makeRelease, lambda, name, close } = await open();
  const versions = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];
  const allAtOnce = { ...target, spec: { ...target.spec, rollout: aRollout({ strategy: "allAtOnce" }) } };
  for (const version of versions) {
    await makeRelease(version, "good");
    expect((await roll(driver, allAtOnce, version)).ok).toBe(true);
  }
  const list = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: name }));
  expect(list.Versions!.map((one) => one.Version)).toEqual(["$LATEST", "3", "4", "5", "6", "7"]);
  expect((await roll(driver, allAtOnce, "v1", true)).ok).toBe(true);
  const { endpoint } = await driver.inspect(target);
  expect(await (await fetch(endpoint!)).json()).toMatchObject({ version: "v1" });
  await close();
});

const SCALING: Scaling = {
  ...{ min: 2, max: 4, metric: "provisionedConcurrencyUtilization", target: 70 },
  ...{ warmupSeconds: 120, scaleIn: true },
};

function scaled(scaling: Scaling, reservedConcurrency: number): Partial<Spec> {
  return { scaling, function: { ...aSpec({}).function, reservedConcurrency } };
}

async function keptOf({ lambda, name }: { lambda: LambdaClient; name: string }): Promise<string[]> {
  const list = new ListProvisionedConcurrencyConfigsCommand({ FunctionName: name });
  const { ProvisionedConcurrencyConfigs: all } = await lambda.send(list);
  return all!.map(
    (one) =>
      `${one.FunctionArn!.split(":").at(-1)}: ${one.RequestedProvisionedConcurrentExecutions} ${one.Status}`,
  );
}

test("a version is initialised before it gets traffic, with as many as the one that serves has, which keeps none in the end", async () => {
  const place = await open(scaled(SCALING, 8));
  const { driver, target, makeRelease, asked, lambda, name, close } = place;
  for (const version of ["v1", "v2"]) await makeRelease(version, "good");
  expect((await roll(driver, target, "v1")).ok).toBe(true);
  expect(await keptOf(place)).toEqual(["1: 2 READY"]);
  // What scaling chose.
  const more = { FunctionName: name, Qualifier: "1", ProvisionedConcurrentExecutions: 3 };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand(more));
  for (const step of await planTo(driver, target, "v2")) {
    expect((await playStep(driver, target, step)).ok).toBe(true);
    expect(await keptOf(place)).toEqual(["1: 3 READY", "2: 3 READY"]);
  }
  await driver.tidy!(target);
  expect(await keptOf(place)).toEqual(["2: 3 READY"]);
  const looks = [
    ...["DescribeScalableTargets", "DescribeScalingPolicies"],
    ...["GetFunctionConcurrency", "ListProvisionedConcurrencyConfigs"],
  ];
  asked.length = 0;
  await driver.tidy!(target);
  expect(asked.sort()).toEqual(looks);
  asked.length = 0;
  expect(await driver.inspect({ ...target, current: "v2" })).toMatchObject({
    scaling: { min: 2, max: 4, metric: "provisionedConcurrencyUtilization", target: 70, count: 3 },
    drift: [],
  });
  expect(asked.sort()).toEqual(["DescribeScalableTargets", "DescribeScalingActivities", ...looks.slice(1)]);
  expect((await driver.notes!(target, "v2")).slice(0, 2)).toEqual([
    "At most 8 requests at once: what is over that is answered with 429.",
    "Scaling keeps 2 to 4 execution environments initialised, aiming at 70 % of them in use.",
  ]);
  await close();
});

test("a count that somebody asks for is initialised before the step is done, and one that is given up leaves what was before", async () => {
  const place = await open(scaled(SCALING, 8));
  const { driver, target, makeRelease, lambda, name, close } = place;
  await makeRelease("v1", "good");
  expect((await roll(driver, target, "v1")).ok).toBe(true);
  await driver.tidy!(target);
  const keeping = async (keep: number) => {
    const fleet = await driver.inspect(target);
    return driver.plan({ fleet, version: "v1", desired: 1, rollback: false, keep }, target.spec);
  };
  expect(await keeping(2)).toEqual([]);
  const [planned, ...others] = await keeping(4);
  expect([planned, others]).toEqual([
    {
      ...{ type: "prepare", label: "Keep 4 environments initialised", replicas: [], version: "v1" },
      keeps: { count: 4, before: 2 },
    },
    [],
  ]);
  const [step] = placed([planned!]);
  const begun = await driver.apply(target, step!, null);
  expect(begun.phase).toBe("running");
  // Scaling may choose another count meanwhile, and keeps it.
  const chosen = { FunctionName: name, Qualifier: "1", ProvisionedConcurrentExecutions: 3 };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand(chosen));
  await expect
    .poll(async () => (await driver.check(target, step!, (begun as { state: unknown }).state)).phase)
    .toBe("done");
  expect(await keptOf(place)).toEqual(["1: 3 READY"]);
  expect((await playStep(driver, target, step!)).ok).toBe(true);
  expect(await keptOf(place)).toEqual(["1: 4 READY"]);
  await driver.abandon!(target, step!);
  expect(await keptOf(place)).toEqual(["1: 2 READY"]);
  const tooMany = { ...step!, keeps: { count: 9, before: 2 } };
  expect(await driver.apply(target, tooMany, null)).toMatchObject({
    phase: "failed",
    reason: expect.stringMatching(/^Lambda refused the concurrency: /),
  });
  await close();
});

test("a function's concurrency that somebody changed is told and put right, and goes where the release asks for none", async () => {
  const place = await open(scaled(SCALING, 8));
  const { driver, target, makeRelease, lambda, name, close } = place;
  await makeRelease("v1", "good");
  expect((await roll(driver, target, "v1")).ok).toBe(true);
  const live = { ...target, current: "v1" };
  const drift = async () => (await driver.inspect(live)).drift;
  await lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 9 }),
  );
  const only = { FunctionName: name, Qualifier: "1", ProvisionedConcurrentExecutions: 1 };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand(only));
  const scaling = new ApplicationAutoScalingClient(as("root"));
  const about = functionScaled(name, "1");
  await scaling.send(new DeleteScalingPolicyCommand({ ...about, PolicyName: "tutti-scaling" }));
  expect(await drift()).toEqual([
    "Reserved for the function is 9; the release says 8.",
    "It keeps 1 environments; the release asks for 2 to 4.",
  ]);
  expect(await driver.repair(live, await driver.inspect(live))).toMatchObject([{ result: "repaired" }]);
  expect(await drift()).toEqual([]);
  await scaling.send(new RegisterScalableTargetCommand({ ...about, MinCapacity: 2, MaxCapacity: 9 }));
  expect(await drift()).toEqual(["It is kept from 2 to 9; the release says from 2 to 4."]);
  const fixed = { ...live, spec: { ...live.spec, scaling: { ...SCALING, min: 3, max: 3 } } };
  expect((await driver.inspect(fixed)).drift).toEqual(["It keeps 2 environments; the release asks for 3."]);
  await driver.repair(fixed, await driver.inspect(fixed));
  expect(await keptOf(place)).toEqual([expect.stringContaining("1: 3")]);
  const { ScalableTargets } = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "lambda" }),
  );
  expect(ScalableTargets!.filter(({ ResourceId }) => ResourceId === about.ResourceId)).toEqual([]);
  const { scaling: _none, ...plain } = live.spec;
  const without = { ...live, spec: { ...plain, function: aSpec({}).function } };
  await driver.tidy!(without);
  expect(await keptOf(place)).toEqual([]);
  expect((await driver.inspect(without)).drift).toEqual([]);
  await close();
});

test("what a release wrote into its volume is read by the next one and after going back, /tmp has its size, and both can be taken away", async () => {
  const subnetIds = ["subnet-sandbox-a"];
  const fileSystem = await furnishFiles(as("root"), subnetIds);
  const place: Partial<Environment> = {
    network: { subnetIds, securityGroupIds: ["sg-sandbox-default"] },
    storage: { fileSystem, uid: 1000, gid: 1000 },
  };
  const volumes = [{ name: "notes", path: "/mnt/notes", sizeGiB: 1, shared: true }];
  const rollout = aRollout({ strategy: "allAtOnce" });
  const stored = { volumes, rollout, function: { ...aSpec({}).function, ephemeralMiB: 600 } };
  const { driver, target, makeRelease, lambda, name, close } = await open(stored, place);
  for (const version of ["v1", "v2"]) await makeRelease(version, "keeping");
  await makeRelease("v3", "good");
  expect((await roll(driver, target, "v1")).reason).toBe("");
  const { endpoint } = await driver.inspect(target);
  const ask = async (path = "/") => (await fetch(`${endpoint}${path}`)).text();
  expect(await ask()).toBe("v1\n");
  expect((await roll(driver, target, "v2")).reason).toBe("");
  expect(await ask()).toBe("v1\nv2\n");
  expect((await roll(driver, target, "v1", true)).reason).toBe("");
  expect(await ask()).toBe("v1\nv2\nv1\n");
  expect([await ask("/?mib=550"), await ask("/?mib=650")]).toEqual(["fits", "ENOSPC"]);
  expect((await driver.inspect(target)).volumes).toEqual([
    { name: "notes", sizeGiB: null, where: expect.stringMatching(/^fs-\w+, fsap-\w+$/), copy: null },
  ]);
  expect((await driver.diagnose!(target.environment)).slice(1)).toMatchObject([
    { path: "storage.fileSystem", ok: true },
    { path: "storage", ok: true, detail: `${fileSystem} has 1 mount targets.` },
  ]);
  const { volumes: _, ...plain } = target.spec;
  const without = { ...target, spec: { ...plain, function: aSpec({}).function } };
  expect((await roll(driver, without, "v3")).reason).toBe("");
  const left = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: "live" }),
  );
  expect([left.FileSystemConfigs, left.VpcConfig, left.EphemeralStorage]).toEqual([
    undefined,
    undefined,
    { Size: 512 },
  ]);
  await close();
});

test("a volume for which the environment has no file system ends the step with what is missing", async () => {
  const volumes = [{ name: "notes", path: "/mnt/notes", sizeGiB: 1, shared: true }];
  const { driver, target, makeRelease, close } = await open({ volumes });
  await makeRelease("v1", "keeping");
  const reason = async (settings: Partial<Environment>) =>
    (await roll(driver, { ...target, environment: { ...target.environment, ...settings } }, "v1")).reason;
  expect(await reason({})).toBe(
    "A function with a volume needs a network with security groups in the settings of prod.",
  );
  expect(await reason({ network: NETWORK })).toBe(
    "A function with a volume needs storage in the settings of prod.",
  );
  await close();
});

const NETWORK = { subnetIds: ["subnet-sandbox-a"], securityGroupIds: ["sg-sandbox-default"] };

test("a function is in the environment's network where the manifest asks for it, leaves it with a release that does not, and is refused where there is none", async () => {
  const rollout = aRollout({ strategy: "allAtOnce" });
  const inside = { rollout, function: { ...aSpec({}).function, network: true } };
  const { driver, target, makeRelease, lambda, name, close } = await open(inside, { network: NETWORK });
  for (const version of ["v1", "v2", "v3"]) await makeRelease(version, "good");
  const networkOf = async () => {
    const command = new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: "live" });
    return (await lambda.send(command)).VpcConfig;
  };
  expect((await roll(driver, target, "v1")).reason).toBe("");
  expect(await networkOf()).toMatchObject({
    SubnetIds: NETWORK.subnetIds,
    SecurityGroupIds: NETWORK.securityGroupIds,
  });
  const { endpoint } = await driver.inspect(target);
  expect(await (await fetch(endpoint!)).json()).toMatchObject({ version: "v1" });
  const outside = { ...target, spec: { ...target.spec, function: aSpec({}).function } };
  expect((await roll(driver, outside, "v2")).reason).toBe("");
  expect(await networkOf()).toBeUndefined();
  for (const network of [undefined, { ...NETWORK, securityGroupIds: [] }]) {
    const { network: _, ...rest } = target.environment;
    const bare = { ...target, environment: { ...rest, ...(network ? { network } : {}) } };
    const problem = "function.network needs a network with security groups in the settings of prod.";
    expect((await driver.notes!(bare, "v3"))[0]).toContain(problem);
    expect((await roll(driver, bare, "v3")).reason).toBe(problem);
  }
  await close();
});

test("what a function prints goes to the installation's log group, to the environment's, and in another account to Lambda's own", async () => {
  const rollout = aRollout({ strategy: "allAtOnce" });
  const { driver, target, makeRelease, lambda, name, close } = await open({ rollout });
  const groupAt = async (version: string, settings: Partial<Environment>) => {
    const place = { ...target, environment: { ...target.environment, ...settings } };
    await makeRelease(version, "good");
    expect((await roll(driver, place, version)).reason).toBe("");
    const command = new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: "live" });
    return (await lambda.send(command)).LoggingConfig?.LogGroup;
  };
  expect(await groupAt("v1", {})).toBe("/aws/lambda/tutti-app-functions");
  expect(await groupAt("v2", { functionLogGroup: "/shops/{app}" })).toBe(`/shops/${target.app}`);
  const accounts = { function: { id: "111111111111", externalId: "x".repeat(16) } };
  expect(await groupAt("v4", { accounts })).toBe(`/aws/lambda/${name}`);
  await close();
});

test("an app may have a role of its own, and none is handed on that is not named for apps", async () => {
  const own = await open({ app: "owned" }, { functionRoleArn: NAMES.roleArn("app-{app}") });
  await makeRole("app-owned", []);
  await own.makeRelease("v1", "good");
  expect((await roll(own.driver, own.target, "v1")).reason).toBe("");
  const made = await own.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: own.name }));
  expect(made.Role).toBe(NAMES.roleArn("app-owned"));
  await own.close();
  const { driver, target, makeRelease } = await open(
    {},
    { functionRoleArn: NAMES.roleArn("driver-function") },
  );
  await makeRelease("v1", "good");
  await expect(roll(driver, target, "v1")).rejects.toThrow("is not authorized to perform: iam:PassRole on");
});

test("a missing permission is told by its action", async () => {
  const { target, makeRelease } = await open();
  const statements = grantsOf["driver-function"]!(NAMES).map((one) => ({
    ...one,
    actions: one.actions.filter((action) => action !== "lambda:PublishVersion"),
  }));
  await makeRole("poor", statements);
  await makeRelease("v1", "good");
  await expect(roll(driverAs("poor"), target, "v1")).rejects.toThrow(
    "is not authorized to perform: lambda:PublishVersion on resource",
  );
  await driverAs("driver-function").retire(target);
});
