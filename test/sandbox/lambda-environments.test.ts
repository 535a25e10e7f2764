// Execution environments seen from inside: how many there are, and that none outlives the service.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createEfs } from "#sandbox/efs/service.ts";
import { createLambda, type LambdaService } from "#sandbox/lambda/service.ts";
import { barePlatform, call } from "./bare-platform.ts";
import { zipOf } from "./running-sandbox.ts";

/** Answers after a while, or as soon as a file is there. */
const source = `
import { existsSync } from "node:fs";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const handler = async ({ sleepMs, gate }) => {
  if (sleepMs) await pause(sleepMs);
  while (gate && !existsSync(gate)) await pause(20);
  return "done";
};`;
let lambda: LambdaService;
afterEach(() => lambda.stop?.());

async function start(): Promise<void> {
  const platform = barePlatform();
  lambda = createLambda(platform, createEfs(platform).files);
  const basics = { FunctionName: "f", Role: "arn:aws:iam::000000000000:role/r", Runtime: "nodejs24.x" };
  const Code = { ZipFile: zipOf(source) };
  await call(lambda, "CreateFunction", { ...basics, Handler: "index.handler", Timeout: 300, Code });
  await expect
    .poll(async () => (await call(lambda, "GetFunctionConfiguration", { FunctionName: "f" })).State)
    .toBe("Active");
}

const invoke = async (sleepMs: number, gate?: string) => {
  const Payload = Buffer.from(JSON.stringify({ sleepMs, gate }));
  const answer = await call(lambda, "Invoke", { FunctionName: "f", Payload });
  return answer.FunctionError ?? JSON.parse(String(answer.Payload));
};

test("a function that nobody calls has no environment", async () => {
  await start();
  expect(lambda.environmentCount()).toBe(0);
});

test("calls that block each get an environment of their own; short calls share a few", async () => {
  await start();
  await Promise.all(Array.from({ length: 60 }, () => invoke(0)));
  const shared = lambda.environmentCount();
  expect(shared).toBeLessThan(20);
  const gate = join(mkdtempSync(join(tmpdir(), "gate-")), "open");
  const blocked = Promise.all(Array.from({ length: 30 }, () => invoke(0, gate)));
  await expect.poll(() => lambda.environmentCount()).toBeGreaterThanOrEqual(30);
  writeFileSync(gate, "");
  expect(await blocked).toEqual(Array(30).fill("done"));
});

test("the hundred-and-first call at once is refused", async () => {
  await start();
  const calls = Array.from({ length: 100 }, () => invoke(60_000));
  await expect(invoke(0)).rejects.toMatchObject({ code: "TooManyRequestsException" });
  await lambda.stop?.();
  expect(await Promise.all(calls)).toEqual(Array(100).fill("Unhandled"));
});

test("stopping ends every environment and answers who still waits", async () => {
  await start();
  const calls = Array.from({ length: 20 }, () => invoke(60_000));
  await expect.poll(() => lambda.environmentCount()).toBeGreaterThan(2);
  await lambda.stop?.();
  expect(await Promise.all(calls)).toEqual(Array(20).fill("Unhandled"));
  await expect.poll(() => lambda.environmentCount()).toBe(0);
});

const FunctionName = "f";
const version = { FunctionName, Qualifier: "1" };
const provisioned = () => call(lambda, "GetProvisionedConcurrencyConfig", version);

test("provisioned environments are initialised before any call, stay, and what is over them is started as ever", async () => {
  await start();
  await call(lambda, "PublishVersion", { FunctionName });
  const put = await call(lambda, "PutProvisionedConcurrencyConfig", {
    ...version,
    ProvisionedConcurrentExecutions: 3,
  });
  expect(put).toMatchObject({
    Status: "IN_PROGRESS",
    RequestedProvisionedConcurrentExecutions: 3,
    AvailableProvisionedConcurrentExecutions: 0,
  });
  await expect.poll(provisioned).toMatchObject({
    Status: "READY",
    AvailableProvisionedConcurrentExecutions: 3,
  });
  expect(lambda.environmentCount()).toBe(3);
  const ask = (sleepMs: number) =>
    call(lambda, "Invoke", { ...version, Payload: Buffer.from(JSON.stringify({ sleepMs })) });
  await Promise.all([1, 2, 3].map(() => ask(100)));
  expect(lambda.environmentCount()).toBe(3);
  await Promise.all([1, 2, 3, 4, 5].map(() => ask(300)));
  expect(lambda.environmentCount()).toBe(5);
  await call(lambda, "DeleteProvisionedConcurrencyConfig", version);
  await expect(provisioned()).rejects.toMatchObject({
    code: "ProvisionedConcurrencyConfigNotFoundException",
  });
});

test("provisioned concurrency is a part of what is reserved, of published versions, and of no alias with weights", async () => {
  await start();
  await call(lambda, "PublishVersion", { FunctionName });
  await call(lambda, "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 2 });
  const put = (Qualifier: string | undefined, ProvisionedConcurrentExecutions: number) =>
    call(lambda, "PutProvisionedConcurrencyConfig", {
      FunctionName,
      ...(Qualifier === undefined ? {} : { Qualifier }),
      ProvisionedConcurrentExecutions,
    });
  await expect(put("1", 3)).rejects.toThrow("should not be greater than the reservedConcurrentExecution");
  await expect(put(undefined, 1)).rejects.toThrow("cannot be applied to unpublished function versions");
  await expect(put("9", 1)).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  await call(lambda, "UpdateFunctionConfiguration", { FunctionName, Timeout: 31 });
  await expect
    .poll(async () => (await call(lambda, "GetFunctionConfiguration", { FunctionName })).LastUpdateStatus)
    .toBe("Successful");
  await call(lambda, "PublishVersion", { FunctionName });
  await call(lambda, "CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
  const RoutingConfig = { AdditionalVersionWeights: { 2: 0.1 } };
  await call(lambda, "UpdateAlias", { FunctionName, Name: "live", RoutingConfig });
  await expect(put("live", 1)).rejects.toThrow(
    "Alias with weights can not be used with Provisioned Concurrency",
  );
});
