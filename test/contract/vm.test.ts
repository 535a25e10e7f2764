// The vm driver on the sandbox's EC2, Auto Scaling, Step Functions and load balancer: images baked by the real workflow, and
// instances that are real processes behind a real proxy.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import type { Environment } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver } from "#core/driver/driver.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { createVmDriver } from "#targets/vm/driver.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { aTarget } from "./a-target.ts";
import { asFunction, asRoot, NAMES } from "./as-role.ts";
import { driverContract, type Harness, type Nature } from "./driver.ts";
import { expectPlayed, roll } from "./roll.ts";
import { serverArchive } from "./server-archive.ts";
import { steadyLoad } from "./steady-load.ts";
import { openVmWorld, vmClients } from "./vm-world.ts";

let sandbox: Sandbox;
let directory: string;
let driver: Driver;
let environment: Partial<Environment>;
let places = 0;

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tutti-contract-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  environment = await openVmWorld(sandbox);
  driver = createVmDriver(vmClients(await asFunction(sandbox, "driver-vm")));
  // An image serves every environment of its app: this one keeps those of v1 and v2 for all tests.
  const keeper = await open({ replicas: 1 });
  for (const version of ["v1", "v2"]) {
    await keeper.makeRelease(version, "good");
    expectPlayed(await roll(driver, keeper.target, version));
  }
}, 120_000);
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function open(overrides: Partial<Spec> = {}): Promise<Harness> {
  places += 1;
  const spec = aSpec({
    app: "shop",
    kind: "vm",
    start: "node app.js",
    replicas: 2,
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 2,
    },
    rollout: aRollout({ maxSurge: 1, maxUnavailable: 0, drainSeconds: 1 }),
    ...overrides,
  });
  const { target, releases } = aTarget(spec, clock, { ...environment, name: `prod${places}` });
  const s3 = new S3Client(asRoot(sandbox));
  const makeRelease = async (version: string, nature: Nature) => {
    const { bytes, sha256 } = await serverArchive(version, nature);
    const Key = `uploads/shop/${version}-${nature}`;
    await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key, Body: bytes }));
    releases.add(version, { uri: `s3://${NAMES.bucket}/${Key}`, sha256 });
  };
  return { driver, target, makeRelease, load: steadyLoad, close: () => driver.retire(target) };
}

driverContract("vm", open, {
  unhealthy: /The image of v\d could not be made: GET \/healthz answered 500/,
  crashing:
    /The image of v\d could not be made: crashed on start: exit code 3, last lines of its log:\nbroken on purpose/,
  otherDigest: /The artifact has the SHA-256 [0-9a-f]{64}, the release says 0{64}\./,
  noArchive: /The artifact is neither a \.tar\.gz nor a \.zip\./,
});
