import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { callCounter } from "./call-counter.ts";

test("counts the calls of its clients and starts again when it is asked", async () => {
  const { count, taken } = callCounter();
  const lambda = count(
    new LambdaClient({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
      requestHandler: { handle: async () => Promise.reject(new Error("no network here")) },
    }),
  );
  const call = () => lambda.send(new GetAliasCommand({ FunctionName: "f", Name: "live" })).catch(() => null);
  await call();
  await call();
  expect(taken()).toBe(2);
  expect(taken()).toBe(0);
});
