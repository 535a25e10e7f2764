// A sandbox for one file of tests of the function driver: its role, users' role, a bucket, and targets as the driver meets them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EFSClient } from "@aws-sdk/client-efs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import { unless } from "#functions/deps/unless.ts";
import { grantsOf } from "#infra/grants.ts";
import { namesOf } from "#infra/names.ts";
import { attaching } from "#infra/network-grants.ts";
import { policyDocument } from "#infra/policy.ts";
import type { Statement } from "#infra/statement.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { functionDriver } from "#targets/function/driver.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import type { Harness } from "./driver.ts";
import { type FunctionNature, functionArchive } from "./function-archive.ts";
import { steadyLoad } from "./steady-load.ts";

export let sandbox: Sandbox;
let directory: string;
let apps = 0;
export const NAMES = namesOf({ name: "tutti", account: "000000000000", region: "us-east-1" });

/** To be called at the top of the file. */
export function inFunctionWorld(timeScale = 1): void {
  beforeAll(() => begin(timeScale));
  afterAll(end);
}

async function begin(timeScale: number): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), "tutti-contract-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale });
  await makeRole("app-function", [attaching(NAMES.appFunctionsArn)]);
  await makeRole("driver-function", grantsOf["driver-function"]!(NAMES));
  await new S3Client(as("root")).send(new CreateBucketCommand({ Bucket: NAMES.bucket }));
}

async function end(): Promise<void> {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
}

/** Access as the owner, or as the role of that function: the driver has its own grants and no more. */
export function as(role: string) {
  const { endpoint, rootCredentials, platform } = sandbox;
  const credentials = role === "root" ? rootCredentials : platform.credentialsOf(NAMES.roleArn(role));
  return { endpoint, region: "us-east-1", credentials };
}

export async function makeRole(short: string, statements: Statement[]): Promise<void> {
  const iam = new IAMClient(as("root"));
  const RoleName = NAMES.roleName(short);
  // A test that is tried again finds it made.
  const creating = iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
  await unless("EntityAlreadyExistsException", creating);
  // A policy without statements is refused, and a role without a policy may do nothing.
  if (statements.length === 0) return;
  const PolicyDocument = policyDocument(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "grants", PolicyDocument }));
}

/** `asked` hears of the commands about concurrency. `lambda`: one that some mishap comes to. */
export function driverAs(role: string, asked: string[] = [], lambda = new LambdaClient(as(role))) {
  const scaling = new ApplicationAutoScalingClient(as(role));
  const hear = (name = "") => {
    if (/Concurrency|Scal/.test(name)) asked.push(name.replace("Command", ""));
  };
  lambda.middlewareStack.add((next, { commandName }) => (args) => {
    hear(commandName);
    return next(args);
  });
  scaling.middlewareStack.add((next, { commandName }) => (args) => {
    hear(commandName);
    return next(args);
  });
  const efs = async () => new EFSClient(as(role));
  const cloudWatch = async () => new CloudWatchClient(as(role));
  const s3 = new S3Client(as(role));
  const { appFunctionPrefix: namePrefix, appLogGroup: defaultLogGroup } = NAMES;
  return functionDriver({ lambda, scaling, s3, efs, cloudWatch, namePrefix, defaultLogGroup });
}

const realClock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

export async function open(overrides: Partial<Spec> = {}, place: Partial<Environment> = {}) {
  apps += 1;
  const s3 = new S3Client(as("root"));
  const spec = aSpec({
    app: `greeter-${apps}`,
    kind: "function",
    replicas: 1,
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 0,
    },
    rollout: aRollout({ strategy: "canary", weights: [10, 50, 100] }),
    config: { GREETING: "Hello" },
    ...overrides,
  });
  const { target, releases } = aTarget(spec, realClock, {
    functionRoleArn: NAMES.roleArn("app-function"),
    ...place,
  });
  const makeRelease = async (version: string, nature: FunctionNature) => {
    const { bytes, sha256 } = await functionArchive(version, nature);
    const key = `uploads/${spec.app}/${version}`;
    await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: bytes }));
    releases.add(version, { uri: `s3://${NAMES.bucket}/${key}`, sha256 });
  };
  const lambda = new LambdaClient(as("root"));
  const asked: string[] = [];
  const driver = driverAs("driver-function", asked);
  const close = () => driver.retire(target);
  const harness: Harness = { driver, target, makeRelease, load: steadyLoad, close };
  return { ...harness, makeRelease, asked, lambda, name: `tutti-app-${spec.app}_prod` };
}
