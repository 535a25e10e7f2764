// Execution environments seen from inside: how many there are, and that none outlives the service.
import { afterEach, expect, test } from "vitest";
import { createLambda, type LambdaService } from "#sandbox/lambda/service.ts";
import { barePlatform, call } from "./bare-platform.ts";
import { zipOf } from "./running-sandbox.ts";

const source = `export const handler = ({ sleepMs }) => new Promise((resolve) => setTimeout(resolve, sleepMs, "done"));`;
let lambda: LambdaService;
afterEach(() => lambda.stop?.());

async function start(): Promise<void> {
  lambda = createLambda(barePlatform());
  const basics = { FunctionName: "f", Role: "arn:aws:iam::000000000000:role/r", Runtime: "nodejs24.x" };
  const Code = { ZipFile: zipOf(source) };
  await call(lambda, "CreateFunction", { ...basics, Handler: "index.handler", Timeout: 30, Code });
  await expect
    .poll(async () => (await call(lambda, "GetFunctionConfiguration", { FunctionName: "f" })).State)
    .toBe("Active");
}

const invoke = async (sleepMs: number) => {
  const Payload = Buffer.from(JSON.stringify({ sleepMs }));
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
  const startedAtMs = Date.now();
  expect(await Promise.all(Array.from({ length: 30 }, () => invoke(2_500)))).toEqual(Array(30).fill("done"));
  expect(lambda.environmentCount()).toBeGreaterThanOrEqual(30);
  expect(Date.now() - startedAtMs).toBeLessThan(20_000);
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
