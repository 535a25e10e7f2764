// The function driver's own suite on a judge: real calls in a real order, judged by an emulator that others wrote.

import { randomUUID } from "node:crypto";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EFSClient } from "@aws-sdk/client-efs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, inject } from "vitest";
import { systemClock } from "#functions/deps/clock.ts";
import { functionDriver } from "#targets/function/driver.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { driverContract, type Harness, type Nature } from "#test/contract/driver.ts";
import { functionArchive } from "#test/contract/function-archive.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { NOTHING_PROVISIONED } from "./capabilities/lambda.ts";
import { ensureRole } from "./capabilities/probe.ts";
import { lackOf } from "./lacks.ts";

const Bucket = "artifacts";
const RoleName = "app-function";
const judge = inject("judge");

beforeAll(async () => {
  await new S3Client({}).send(new CreateBucketCommand({ Bucket }));
  await ensureRole(RoleName);
});

async function open(): Promise<Harness> {
  const s3 = new S3Client({});
  const spec = aSpec({
    app: `greeter-${randomUUID().slice(0, 8)}`,
    kind: "function",
    replicas: 1,
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 10,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 0,
    },
    rollout: aRollout({ strategy: "canary", weights: [10, 50, 100] }),
    config: { GREETING: "Hello" },
  });
  const { target, releases } = aTarget(spec, systemClock, {
    functionRoleArn: `arn:aws:iam::000000000000:role/${RoleName}`,
  });
  const makeRelease = async (version: string, nature: Nature) => {
    const { bytes, sha256 } = await functionArchive(version, nature);
    const key = `uploads/${spec.app}/${version}`;
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes }));
    releases.add(version, { uri: `s3://${Bucket}/${key}`, sha256 });
  };
  const driver = functionDriver({
    lambda: lambdaClient(),
    scaling: new ApplicationAutoScalingClient({}),
    s3,
    efs: async () => new EFSClient({}),
    cloudWatch: async () => new CloudWatchClient({}),
    namePrefix: "tutti-app-",
  });
  return { driver, target, makeRelease, close: () => driver.retire(target) };
}

/** Where the judge does not know of it (lacks.ts), the driver is told what is true there: nothing is provisioned. */
function lambdaClient(): LambdaClient {
  const client = new LambdaClient({});
  if (!lackOf(judge.name, "Lambda", NOTHING_PROVISIONED)) return client;
  const none = { output: { $metadata: {}, ProvisionedConcurrencyConfigs: [] }, response: {} };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (call) =>
        commandName === "ListProvisionedConcurrencyConfigsCommand" ? none : next(call),
    { step: "initialize" },
  );
  return client;
}

// Where nothing runs, every release looks well.
const runs = !lackOf(judge.name, "Lambda", "runs the code of a function");

driverContract(
  "function",
  open,
  {
    unhealthy: /v3: GET \/healthz answered 500/,
    crashing: /v4: GET \/healthz failed: .*broken on purpose/,
    otherDigest: /SHA-256/,
    noArchive: /no archive/,
  },
  { cannotShow: runs ? [] : ["unhealthy", "crashing"], restarts: false },
);
