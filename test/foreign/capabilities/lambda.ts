// What Lambda does for the function driver.
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { listProvisioned } from "#targets/function/concurrency-calls.ts";
import { fetchByHost } from "../fetch-by-host.ts";
import { aFunction, type Probes, WORKS } from "./probe.ts";

const lambda = new LambdaClient({});

export const NOTHING_PROVISIONED = "tells that nothing is provisioned of a function";

export const LAMBDA: Probes = {
  [NOTHING_PROVISIONED]: async () => {
    const FunctionName = await aFunction(lambda, answering("hello"));
    const found = await listProvisioned(lambda, FunctionName);
    return found.length === 0 ? WORKS : "tells of some";
  },
  "runs the code of a function": async () => {
    const FunctionName = await aFunction(lambda, answering("hello"));
    const { payload } = await invoke(FunctionName);
    if (payload === "hello") return WORKS;
    return (payload as { asked?: string } | null)?.asked === "probe"
      ? "echoes the payload"
      : `answers ${payload}`;
  },
  "names the runtime's own errors as Lambda does": async () => {
    const FunctionName = await aFunction(lambda, 'require("./not-there.js");');
    const { failed, payload } = await invoke(FunctionName);
    if (!failed) return "no error";
    const { errorType } = payload as { errorType?: string };
    return errorType === "Runtime.ImportModuleError" ? WORKS : `${errorType}`;
  },
  "keeps the weights of an alias": async () => {
    const FunctionName = await split(0.25);
    const alias = await lambda.send(new GetAliasCommand({ FunctionName, Name: "live" }));
    const weights = alias.RoutingConfig?.AdditionalVersionWeights ?? {};
    return weights[2] === 0.25 ? WORKS : `keeps ${JSON.stringify(weights)}`;
  },
  "acts on the weights of an alias": async () => {
    const FunctionName = await split(0.5);
    const answers = new Set<unknown>();
    for (let i = 0; i < 40; i++) answers.add((await invoke(FunctionName, "live")).payload);
    return answers.size === 2 ? WORKS : "one version answers everything";
  },
  "refuses a stale revision of an alias": async () => {
    const FunctionName = await split(0.5);
    try {
      await lambda.send(
        new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2", RevisionId: "stale" }),
      );
      return "takes it";
    } catch (error) {
      const { name } = error as Error;
      return name === "PreconditionFailedException" ? WORKS : name;
    }
  },
  "answers at the URL of a function": async () => {
    const FunctionName = await aFunction(lambda, answering("hello"));
    const anyone = { FunctionName, Principal: "*" };
    await lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "url",
        Action: "lambda:InvokeFunctionUrl",
        FunctionUrlAuthType: "NONE",
      }),
    );
    await lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "invoke",
        Action: "lambda:InvokeFunction",
        InvokedViaFunctionUrl: true,
      }),
    );
    const { FunctionUrl } = await lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }),
    );
    const answer = await fetchByHost(FunctionUrl!);
    return (await answer.text()) === "hello" ? WORKS : `answers ${answer.status}`;
  },
};

function answering(text: string): string {
  return `exports.handler = async () => ${JSON.stringify(text)};`;
}

async function invoke(FunctionName: string, Qualifier?: string) {
  const Payload = JSON.stringify({ asked: "probe" });
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload }));
  const text = new TextDecoder().decode(answer.Payload);
  return {
    failed: answer.FunctionError !== undefined,
    payload: text === "" ? null : (JSON.parse(text) as unknown),
  };
}

/** A function with two versions that answer differently, and the alias `live` with so much on the second. */
async function split(weight: number): Promise<string> {
  const FunctionName = await aFunction(lambda, answering("one"));
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  const ZipFile = zipSync({ "index.js": strToU8(answering("two")) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  const RoutingConfig = { AdditionalVersionWeights: { 2: weight } };
  await lambda.send(
    new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1", RoutingConfig }),
  );
  return FunctionName;
}
