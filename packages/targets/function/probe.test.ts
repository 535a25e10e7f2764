import { InvokeCommand, LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { mocked } from "#test/support/mocked.ts";
import { probe } from "./probe.ts";

const { health } = aSpec();

function answering(payload: unknown, FunctionError?: string) {
  const lambda = mocked(LambdaClient);
  lambda
    .on(InvokeCommand)
    .resolves({ Payload: Buffer.from(JSON.stringify(payload)) as never, FunctionError } as never);
  return lambda;
}

const look = () => probe(new LambdaClient({}), "shop", "7", health);

test("asks that version for the health path, as the function URL would", async () => {
  const lambda = answering({ statusCode: 204 });
  expect(await look()).toEqual({ healthy: true, hopeless: false, detail: "GET /healthz answered 204" });
  const { Payload: payload, ...input } = lambda.commandCalls(InvokeCommand)[0]!.args[0].input;
  expect(input).toEqual({ FunctionName: "shop", Qualifier: "7" });
  expect(JSON.parse(String(payload))).toMatchObject({
    version: "2.0",
    rawPath: "/healthz",
    requestContext: { http: { method: "GET", path: "/healthz" } },
  });
});

test("an answer without a status is a body with 200, as on a function URL", async () => {
  answering("fine");
  expect((await look()).detail).toBe("GET /healthz answered 200");
});

for (const statusCode of [301, 404, 500, "x"])
  test(`the status ${statusCode} is unhealthy and may mend`, async () => {
    answering({ statusCode });
    expect(await look()).toMatchObject({ healthy: false, hopeless: false });
  });

test("code that cannot be loaded is hopeless, with what Lambda said", async () => {
  answering({ errorType: "Runtime.ImportModuleError", errorMessage: "Cannot find module 'x'" }, "Unhandled");
  expect(await look()).toEqual({
    healthy: false,
    hopeless: true,
    detail: "GET /healthz failed: Runtime.ImportModuleError: Cannot find module 'x'",
  });
});

test("code that throws is unhealthy and may mend", async () => {
  answering({ errorType: "Error", errorMessage: "no database" }, "Unhandled");
  expect(await look()).toEqual({
    healthy: false,
    hopeless: false,
    detail: "GET /healthz failed: Error: no database",
  });
});

test("being throttled is unhealthy, not an error of the deployment", async () => {
  mocked(LambdaClient)
    .on(InvokeCommand)
    .rejects(new TooManyRequestsException({ message: "slow", $metadata: {} }));
  expect((await look()).detail).toBe("GET /healthz was throttled by Lambda");
});

test("no answer in time is told with the time", async () => {
  mocked(LambdaClient)
    .on(InvokeCommand)
    .rejects(Object.assign(new Error("aborted"), { name: "AbortError" }));
  expect((await look()).detail).toBe("GET /healthz did not answer within 1 s");
});
