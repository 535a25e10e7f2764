// Function URLs as an HTTP client sees them.
import { request } from "node:http";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, runSandbox, settled, zipOf } from "./running-sandbox.ts";

let aws: RunningSandbox;
let role: string;
shared(
  async () => {
    aws = await runSandbox();
    role = await aws.role("plain");
  },
  () => aws.stop(),
);

async function urlOf(FunctionName: string, source: string): Promise<string> {
  await aws.function(FunctionName, role, source);
  await aws.lambda.send(new PublishVersionCommand({ FunctionName }));
  await aws.lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  const place = { FunctionName, Qualifier: "live" };
  const { FunctionUrl } = await aws.lambda.send(
    new CreateFunctionUrlConfigCommand({ ...place, AuthType: "NONE" }),
  );
  return FunctionUrl as string;
}

async function open(FunctionName: string): Promise<void> {
  const anybody = { FunctionName, Qualifier: "live", Principal: "*" };
  const url = {
    Action: "lambda:InvokeFunctionUrl",
    FunctionUrlAuthType: "NONE" as const,
    StatementId: "url",
  };
  await aws.lambda.send(new AddPermissionCommand({ ...anybody, ...url }));
  const call = { Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true, StatementId: "call" };
  await aws.lambda.send(new AddPermissionCommand({ ...anybody, ...call }));
}

const echo = "export const handler = async (event) => event;";

test("a public URL needs both permissions", async () => {
  const url = await urlOf("closed", echo);
  expect((await fetch(url)).status).toBe(403);
  const anybody = { FunctionName: "closed", Qualifier: "live", Principal: "*" };
  const half = {
    Action: "lambda:InvokeFunctionUrl",
    FunctionUrlAuthType: "NONE" as const,
    StatementId: "url",
  };
  await aws.lambda.send(new AddPermissionCommand({ ...anybody, ...half }));
  expect((await fetch(url)).status).toBe(403);
});

test("the request arrives in format 2.0", async () => {
  const url = await urlOf("echo", echo);
  await open("echo");
  const headers = { "content-type": "application/json", cookie: "a=1; b=2", "X-Own": "yes" };
  const answer = await fetch(`${url}some%20path/x?q=1&q=2&r`, { method: "POST", headers, body: '{"k":"ü"}' });
  const event = await answer.json();
  expect(event).toMatchObject({
    version: "2.0",
    rawPath: "/some%20path/x",
    rawQueryString: "q=1&q=2&r",
    cookies: ["a=1", "b=2"],
    queryStringParameters: { q: "1,2", r: "" },
    body: '{"k":"ü"}',
    isBase64Encoded: false,
    requestContext: { http: { method: "POST", path: "/some%20path/x" } },
  });
  expect([event.headers["x-own"], event.headers.cookie]).toEqual(["yes", undefined]);
  const binary = await fetch(url, {
    method: "PUT",
    headers: { "content-type": "application/zip" },
    body: Buffer.from([0, 255]),
  });
  expect(await binary.json()).toMatchObject({ body: "AP8=", isBase64Encoded: true });
});

test("an answer may set status, headers, cookies and binary bodies", async () => {
  const source = `export const handler = async ({ rawPath }) => rawPath === "/bad" ? { statusCode: "x" } : rawPath === "/boom" ? boom : {
    statusCode: 418, headers: { "X-Tea": "yes" }, cookies: ["a=1", "b=2"], body: "AP8=", isBase64Encoded: true };`;
  const url = await urlOf("answers", source);
  await open("answers");
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get("x-tea"), answer.headers.getSetCookie()]).toEqual([
    418,
    "yes",
    ["a=1", "b=2"],
  ]);
  expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255]);
  expect((await fetch(`${url}bad`)).status).toBe(502);
  expect((await fetch(`${url}boom`)).status).toBe(502);
});

test("an answer without a body says no length but one that is known", async () => {
  const source = `export const handler = async ({ rawPath, requestContext: { http } }) => ({
    statusCode: Number(rawPath.slice(1)), body: http.method === "HEAD" ? "" : "four" });`;
  const url = await urlOf("lengths", source);
  await open("lengths");
  const length = async (method: string, status: number) =>
    (await fetch(`${url}${status}`, { method })).headers.get("content-length");
  expect(await length("GET", 200)).toBe("4");
  expect(await length("HEAD", 200)).toBe(null);
  expect(await length("DELETE", 204)).toBe(null);
});

test("a body over 6 MB is refused before it reaches the function", async () => {
  const url = await urlOf("narrow", echo);
  await open("narrow");
  const status = await new Promise((resolve, reject) => {
    const sending = request(url, { method: "POST" }, (response) => resolve(response.statusCode));
    sending.on("error", reject);
    sending.end(Buffer.alloc(6 * 1024 * 1024 + 1));
  });
  expect(status).toBe(413);
});

test("no request fails while the alias moves, and all are new afterwards", async () => {
  const FunctionName = "moves";
  const url = await urlOf(FunctionName, `export const handler = async () => "one";`);
  await open(FunctionName);
  const seen = new Set<string>();
  let stop = false;
  const clients = Array.from({ length: 4 }, async () => {
    while (!stop) {
      const answer = await fetch(url);
      seen.add(`${answer.status} ${await answer.text()}`);
    }
  });
  await aws.lambda.send(
    new UpdateFunctionCodeCommand({
      FunctionName,
      ZipFile: zipOf(`export const handler = async () => "two";`),
    }),
  );
  await settled(aws.lambda, FunctionName);
  await aws.lambda.send(new PublishVersionCommand({ FunctionName }));
  const live = { FunctionName, Name: "live" };
  await aws.lambda.send(
    new UpdateAliasCommand({ ...live, RoutingConfig: { AdditionalVersionWeights: { "2": 0.5 } } }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  await aws.lambda.send(
    new UpdateAliasCommand({
      ...live,
      FunctionVersion: "2",
      RoutingConfig: { AdditionalVersionWeights: {} },
    }),
  );
  expect(await (await fetch(url)).text()).toBe("two");
  stop = true;
  await Promise.all(clients);
  expect([...seen].sort()).toEqual(["200 one", "200 two"]);
});

test("a URL is the same after a restart, and gone when deleted", async () => {
  const before = aws;
  const url = await urlOf("returns", echo);
  await open("returns");
  await before.stop();
  aws = await runSandbox(before.directory);
  expect((await fetch(url)).status).toBe(200);
  await aws.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "returns", Qualifier: "live" }));
  await expect(fetch(url)).rejects.toThrow();
});
