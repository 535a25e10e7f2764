import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, expect, test, vi } from "vitest";
import { defaultProvider } from "./environment-credentials.ts";

afterEach(() => vi.unstubAllEnvs());

test("gives an SDK client the environment's credentials, session token included", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKID");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SESSION_TOKEN", "token");
  let headers: Record<string, string> = {};
  const lambda = new LambdaClient({
    region: "us-east-1",
    credentialDefaultProvider: defaultProvider,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { headers: Record<string, string> }) => {
        headers = request.headers;
        throw new Error("no network here");
      },
    } as never,
  });
  await lambda.send(new GetAliasCommand({ FunctionName: "f", Name: "live" })).catch(() => null);
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers.authorization).toContain("Credential=AKID/");
});

test("says which variables are missing", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "");
  await expect(defaultProvider()()).rejects.toThrow(
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
  );
});
