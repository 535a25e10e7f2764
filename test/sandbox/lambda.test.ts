// Lambda as the SDK client sees it: versions, aliases, invocations, and what functions may do.
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, refusal, runSandbox, settled, zipOf } from "./running-sandbox.ts";

let aws: RunningSandbox;
let role: string;
shared(
  async () => {
    aws = await runSandbox();
    role = await aws.role("plain");
  },
  () => aws.stop(),
);

const answering = (text: string) => `export const handler = async () => ${JSON.stringify(text)};`;
const everything = `
export const handler = async (event, context) => {
  if (event.spin) for (;;) {}
  if (event.exit) process.exit(3);
  if (event.fill) { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }
  if (event.fail) throw Object.assign(new Error("it broke"), { name: "Boom" });
  if (event.say) console.log("said", event.say);
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  return { event, version: context.functionVersion, left: context.getRemainingTimeInMillis(), env: process.env };
};`;

test("a function writes to the log group that it names, of which it and its versions know", async () => {
  const LoggingConfig = { LogGroup: "/shops/all" };
  await aws.function("logging", role, everything, { LoggingConfig });
  const told = await aws.lambda.send(new GetFunctionCommand({ FunctionName: "logging" }));
  expect(told.Configuration!.LoggingConfig).toEqual({ LogFormat: "Text", ...LoggingConfig });
  const { json } = await aws.invoke("logging", {});
  expect(json.env.AWS_LAMBDA_LOG_GROUP_NAME).toBe("/shops/all");
  const wrong = { FunctionName: "logging", LoggingConfig: { LogGroup: "not a name" } };
  expect(await refusal(aws.lambda.send(new UpdateFunctionConfigurationCommand(wrong)))).toBe(
    "InvalidParameterValueException",
  );
});

test("a function sees its event, its context and only its own environment", async () => {
  await aws.function("sees", role, everything, { Environment: { Variables: { MINE: "yes" } }, Timeout: 7 });
  const { json, StatusCode, ExecutedVersion } = await aws.invoke("sees", { a: 1 });
  expect([StatusCode, ExecutedVersion, json.event, json.version]).toEqual([
    200,
    "$LATEST",
    { a: 1 },
    "$LATEST",
  ]);
  expect(json.left).toBeGreaterThan(6_000);
  expect(json.env).toMatchObject({
    MINE: "yes",
    AWS_LAMBDA_FUNCTION_NAME: "sees",
    AWS_ENDPOINT_URL: aws.sandbox.endpoint,
  });
  expect(Object.keys(json.env).filter((name) => /SANDBOX|^HOME$|^npm_/.test(name))).toEqual([]);
});

test.each([
  ["an exception", { fail: true }, "Boom", "it broke"],
  ["a time-out", { spin: true }, "Sandbox.Timedout", "Task timed out after 1.00 seconds"],
  ["process.exit", { exit: true }, "Runtime.ExitError", "Runtime exited with error: exit status 3"],
  ["a full memory", { fill: true }, "Runtime.OutOfMemory", "signal: killed"],
])(
  "%s is told as a function error, and the next call finds a fresh environment",
  async (name, event, errorType, message) => {
    const FunctionName = `fails-${name.replace(/\W/g, "-")}`;
    await aws.function(FunctionName, role, everything, { Timeout: "fill" in event ? 20 : 1 });
    const { FunctionError, json } = await aws.invoke(FunctionName, event);
    expect([FunctionError, json.errorType]).toEqual(["Unhandled", errorType]);
    expect(json.errorMessage).toContain(message);
    expect((await aws.invoke(FunctionName)).FunctionError).toBeUndefined();
  },
);

test.each([
  ["arrays of 48 MB", "new Array(6 << 20).fill(1.5)"],
  ["buffers of 48 MB", "Buffer.alloc(48 << 20, 1)"],
])("what keeps %s from call to call is killed by its memory alone, and serves again", async (name, more) => {
  const FunctionName = `leaks-${name.split(" ")[0]}`;
  const leaking = `const kept = []; export const handler = async () => kept.push(${more});`;
  await aws.function(FunctionName, role, leaking, { MemorySize: 256, Timeout: 30 });
  const answers = [];
  for (let call = 0; call < 12; call += 1) answers.push((await aws.invoke(FunctionName)).json);
  const killed = answers.findIndex((one) => typeof one === "object");
  expect(answers[killed]).toMatchObject({
    errorType: "Runtime.OutOfMemory",
    errorMessage: expect.stringContaining("signal: killed"),
  });
  expect(answers.slice(0, killed)).toEqual([1, 2, 3, 4, 5].slice(0, killed));
  expect(answers[killed + 1]).toBe(1);
});

test("what a function no longer holds is not counted against its memory", async () => {
  const busy = "export const handler = async () => Buffer.alloc(120 << 20, 1).length;";
  await aws.function("busy", role, busy, { MemorySize: 256, Timeout: 30 });
  for (let call = 0; call < 6; call += 1) expect((await aws.invoke("busy")).json).toBe(120 << 20);
});

test.each([
  ["a missing export", "index.nothing", answering("x"), "Runtime.HandlerNotFound"],
  ["a missing file", "other.handler", answering("x"), "Runtime.ImportModuleError"],
  [
    "a package that was not bundled, though a folder above has it",
    "index.handler",
    `import "jsonata"; export const handler = () => 1;`,
    "Runtime.ImportModuleError",
  ],
  ["broken syntax", "index.handler", "export const handler = (", "Runtime.UserCodeSyntaxError"],
])("%s is told by its name", async (name, Handler, source, errorType) => {
  const FunctionName = `bad-${name.replace(/\W/g, "-").slice(0, 40)}`;
  await aws.function(FunctionName, role, source, { Handler });
  expect((await aws.invoke(FunctionName)).json.errorType).toBe(errorType);
});

test("CommonJS works in .js and .cjs, whatever a package.json above says", async () => {
  for (const [name, file] of [
    ["cjs-js", "index.js"],
    ["cjs-cjs", "index.cjs"],
  ] as const) {
    const Code = { ZipFile: zipOf("exports.handler = async () => typeof require;", file) };
    const basics = {
      FunctionName: name,
      Role: role,
      Runtime: "nodejs24.x" as const,
      Handler: "index.handler",
    };
    await aws.lambda.send(new CreateFunctionCommand({ ...basics, Code }));
    await settled(aws.lambda, name);
    expect((await aws.invoke(name)).json).toBe("function");
  }
});

test("the tail of the log comes with the answer", async () => {
  await aws.function("talks", role, everything);
  const { LogResult } = await aws.invoke("talks", { say: "hello" }, { LogType: "Tail" });
  expect(Buffer.from(LogResult as string, "base64").toString()).toMatch(
    /START .*\nsaid hello\nEND .*\nREPORT /,
  );
});

test("an update is in progress for a moment: the old code answers, and a second update is refused", async () => {
  const FunctionName = "updates";
  await aws.function(FunctionName, role, answering("old"));
  await aws.invoke(FunctionName);
  const ZipFile = zipOf(answering("new"));
  const updated = await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  expect(updated.LastUpdateStatus).toBe("InProgress");
  const [during, ...refused] = await Promise.all([
    aws.invoke(FunctionName),
    refusal(aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }))),
    refusal(aws.lambda.send(new PublishVersionCommand({ FunctionName }))),
  ]);
  expect([during.json, ...refused]).toEqual([
    "old",
    "ResourceConflictException",
    "ResourceConflictException",
  ]);
  await settled(aws.lambda, FunctionName);
  expect((await aws.invoke(FunctionName)).json).toBe("new");
});

test("versions are numbered, do not change, and are not published twice for the same content", async () => {
  await aws.function("versions", role, answering("one"));
  const FunctionName = "versions";
  const publish = async (more = {}) =>
    (await aws.lambda.send(new PublishVersionCommand({ FunctionName, ...more }))).Version;
  expect([await publish(), await publish()]).toEqual(["1", "1"]);
  const { RevisionId } = await aws.lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering("two")) }),
  );
  await settled(aws.lambda, FunctionName);
  expect(await refusal(publish({ CodeSha256: "wrong" }))).toBe("InvalidParameterValueException");
  expect(await refusal(publish({ RevisionId: "wrong" }))).toBe("PreconditionFailedException");
  expect(await publish({ RevisionId })).toBe("2");
  expect((await aws.invoke(FunctionName, {}, { Qualifier: "1" })).json).toBe("one");
  expect((await aws.invoke(`${FunctionName}:2`)).json).toBe("two");
  const { Versions } = await aws.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  expect(Versions?.map((version) => version.Version)).toEqual(["$LATEST", "1", "2"]);
});

test("an alias splits calls by weight, guards its revision, and keeps its versions", async () => {
  const FunctionName = "aliased";
  await aws.function(FunctionName, role, answering("one"));
  await aws.lambda.send(new PublishVersionCommand({ FunctionName }));
  await aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering("two")) }));
  await settled(aws.lambda, FunctionName);
  await aws.lambda.send(new PublishVersionCommand({ FunctionName }));
  const live = { FunctionName, Name: "live" };
  const made = await aws.lambda.send(new CreateAliasCommand({ ...live, FunctionVersion: "1" }));
  const weights = { AdditionalVersionWeights: { "2": 0.3 } };
  const { RevisionId } = await aws.lambda.send(
    new UpdateAliasCommand({ ...live, RoutingConfig: weights, RevisionId: made.RevisionId }),
  );
  const late = aws.lambda.send(
    new UpdateAliasCommand({ ...live, FunctionVersion: "2", RevisionId: made.RevisionId }),
  );
  expect(await refusal(late)).toBe("PreconditionFailedException");
  const answers = await Promise.all(Array.from({ length: 60 }, () => aws.invoke(`${FunctionName}:live`)));
  const twos = answers.filter(({ json }) => json === "two").length;
  expect(twos).toBeGreaterThan(3);
  expect(twos).toBeLessThan(40);
  expect(await refusal(aws.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" })))).toBe(
    "ResourceConflictException",
  );
  const all = { ...live, FunctionVersion: "2", RoutingConfig: { AdditionalVersionWeights: {} }, RevisionId };
  await aws.lambda.send(new UpdateAliasCommand(all));
  const read = await aws.lambda.send(new GetAliasCommand(live));
  expect([read.FunctionVersion, read.RoutingConfig]).toEqual(["2", undefined]);
  expect((await aws.invoke(FunctionName, {}, { Qualifier: "live" })).json).toBe("two");
  await aws.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" }));
  expect(await refusal(aws.invoke(`${FunctionName}:1`))).toBe("ResourceNotFoundException");
});

test("reserved concurrency refuses what is over it", async () => {
  const FunctionName = "reserved";
  await aws.function(FunctionName, role, everything);
  await aws.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
  const slow = aws.invoke(FunctionName, { sleepMs: 300 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await refusal(aws.invoke(FunctionName))).toBe("TooManyRequestsException");
  expect((await slow).FunctionError).toBeUndefined();
});

test("an asynchronous call is accepted and played; a dry run plays nothing", async () => {
  const target = "async-target";
  await aws.function(target, role, `let n = 0; export const handler = async ({ read }) => read ? n : ++n;`);
  // One execution environment, so that whoever reads asks the one that counts.
  await aws.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: target, ReservedConcurrentExecutions: 1 }),
  );
  const send = (InvocationType: "Event" | "DryRun") =>
    aws.lambda.send(new InvokeCommand({ FunctionName: target, InvocationType }));
  expect((await send("DryRun")).StatusCode).toBe(204);
  expect((await send("Event")).StatusCode).toBe(202);
  await expect.poll(async () => (await aws.invoke(target, { read: true })).json).toBe(1);
});

test("an asynchronous call that fails for good is told to the function that is named for it", async () => {
  const to = "arn:aws:lambda:us-east-1:000000000000:function:hears";
  const telling = await aws.role("telling", [
    { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [to] },
  ]);
  await aws.function(
    "hears",
    role,
    `let told; export const handler = async (event) => event.read ? told : (told = event);`,
  );
  // One execution environment, so that whoever reads asks the one that was told.
  const one = { FunctionName: "hears", ReservedConcurrentExecutions: 1 };
  await aws.lambda.send(new PutFunctionConcurrencyCommand(one));
  await aws.function("fails", telling, everything);
  const configuration = {
    FunctionName: "fails",
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure: { Destination: to } },
  };
  await aws.lambda.send(new PutFunctionEventInvokeConfigCommand(configuration));
  expect(
    await aws.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: "fails" })),
  ).toMatchObject({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: to } } });
  const Payload = JSON.stringify({ exit: true });
  await aws.lambda.send(new InvokeCommand({ FunctionName: "fails", InvocationType: "Event", Payload }));
  await expect
    .poll(() =>
      aws.invoke("hears", { read: true }).then(
        ({ json }) => json,
        (busy: Error) => busy.name,
      ),
    )
    .toMatchObject({
      version: "1.0",
      requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 1 },
      requestPayload: { exit: true },
      responseContext: { functionError: "Unhandled" },
      responsePayload: { errorType: "Runtime.ExitError" },
    });
});

test("a function acts as its role: what the role may not do is refused", async () => {
  const mine = "arn:aws:lambda:us-east-1:000000000000:function:acts";
  const acting = await aws.role("acting", [
    { Effect: "Allow", Action: ["lambda:ListTags"], Resource: [mine] },
  ]);
  const source = `
    import { LambdaClient, ListTagsCommand, GetFunctionCommand } from "@aws-sdk/client-lambda";
    const client = new LambdaClient({});
    export const handler = async () => {
      const { Tags } = await client.send(new ListTagsCommand({ Resource: "${mine}" }));
      const refused = await client.send(new GetFunctionCommand({ FunctionName: "acts" })).catch((error) => error.name);
      return { Tags, refused };
    };`;
  await aws.function("acts", acting, source, { Tags: { team: "a" }, Timeout: 20 });
  const { json } = await aws.invoke("acts");
  expect(json).toEqual({ Tags: { team: "a" }, refused: "AccessDeniedException" });
});

test("functions, versions and aliases are there again after a restart", async () => {
  const before = await runSandbox();
  await before.function("stays", await before.role("stays"), answering("still here"), { Tags: { a: "b" } });
  await before.lambda.send(new PublishVersionCommand({ FunctionName: "stays" }));
  await before.lambda.send(
    new CreateAliasCommand({ FunctionName: "stays", Name: "live", FunctionVersion: "1" }),
  );
  await before.stop();
  const after = await runSandbox(before.directory);
  try {
    expect((await after.invoke("stays:live")).json).toBe("still here");
    const { Configuration } = await after.lambda.send(new GetFunctionCommand({ FunctionName: "stays" }));
    const { Tags } = await after.lambda.send(
      new ListTagsCommand({ Resource: Configuration?.FunctionArn as string }),
    );
    expect([Configuration?.LastUpdateStatus, Tags]).toEqual(["Successful", { a: "b" }]);
  } finally {
    await after.stop();
  }
});
