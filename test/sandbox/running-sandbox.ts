// A real sandbox for a test file, with the SDK clients of the services that run code, and roles on demand.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { SFNClient } from "@aws-sdk/client-sfn";
import { strToU8, zipSync } from "fflate";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";

export type RunningSandbox = Awaited<ReturnType<typeof runSandbox>>;

export async function runSandbox(directory = mkdtempSync(join(tmpdir(), "sandbox-")), timeScale = 1) {
  const sandbox: Sandbox = await startSandbox({ directory, port: 0, timeScale });
  const config = { region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.rootCredentials };
  const iam = new IAMClient(config);
  const lambda = new LambdaClient({ ...config, maxAttempts: 1 });
  const sfn = new SFNClient({ ...config, maxAttempts: 1 });
  return {
    directory,
    sandbox,
    lambda,
    sfn,
    /** Answers the ARN of a role that may do what the statements say. */
    async role(name: string, statements: object[] = []): Promise<string> {
      const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }),
      );
      if (statements.length > 0) {
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
        await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "all", PolicyDocument }));
      }
      return Role?.Arn as string;
    },
    /** A function of one file, ready to be invoked. */
    async function(name: string, Role: string, source: string, settings: object = {}): Promise<void> {
      const Code = { ZipFile: zipOf(source) };
      const basics = { FunctionName: name, Role, Runtime: "nodejs24.x" as const, Handler: "index.handler" };
      await lambda.send(new CreateFunctionCommand({ ...basics, Code, ...settings }));
      await settled(lambda, name);
    },
    /** The answer's JSON, and the error's kind where there is one. */
    async invoke(FunctionName: string, payload: unknown = {}, more: object = {}) {
      const Payload = JSON.stringify(payload);
      const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload, ...more }));
      const text = answer.Payload?.transformToString() ?? "";
      return { ...answer, json: text === "" ? undefined : JSON.parse(text) };
    },
    stop: () => sandbox.stop(),
  };
}

export const zipOf = (source: string, file = "index.mjs") => zipSync({ [file]: strToU8(source) });

/** Waits as a careful caller must: until the function is active and its last update is done. */
export async function settled(lambda: LambdaClient, FunctionName: string): Promise<void> {
  for (;;) {
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    if (Configuration?.State === "Active" && Configuration.LastUpdateStatus === "Successful") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The error's name, or nothing where it was accepted. */
export const refusal = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error.name,
  );
