// A probe asks a judge for one thing that Tutti's promises stand on, and says in a few words what came of it.
import { randomUUID } from "node:crypto";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, type LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

export const WORKS = "works";

/** `works`, or what the judge did instead: the name of its error, or a few words. */
export type Probe = () => Promise<string>;

/** By what a judge can do, in words that follow its name. */
export type Probes = Record<string, Probe>;

export const ROLE_ARN = "arn:aws:iam::000000000000:role/probe";

export function fresh(prefix = "probe"): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** Runs a probe; an error of the judge is an answer too. moto answers a call that it does not know, or stumbles over, with HTTP 500 and a page of HTML. */
export async function ask(probe: Probe): Promise<string> {
  try {
    return await probe();
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  // Drivers put an error of the platform into words of their own and keep it as the cause.
  if (cause) return nameOf(cause);
  return /Deserialization error|not valid JSON/.test(message) ? "HTTP 500" : name;
}

/** Asked again until it holds, at most for so long; the last answer either way. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (value: T) => boolean,
  seconds = 10,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (holds(value) || Date.now() > until) return value;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** A function whose `index.js` is this. */
export async function aFunction(lambda: LambdaClient, code: string, name = fresh()): Promise<string> {
  await ensureRole();
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: ROLE_ARN,
      Code: { ZipFile: zipSync({ "index.js": strToU8(code) }) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 1 }, { FunctionName: name });
  return name;
}

/** A role that exists: some judges look. */
export async function ensureRole(RoleName = "probe"): Promise<string> {
  const Principal = { Service: ["lambda.amazonaws.com", "states.amazonaws.com"] };
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  try {
    await new IAMClient({}).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  } catch (error) {
    if ((error as Error).name !== "EntityAlreadyExistsException") throw error;
  }
  return `arn:aws:iam::000000000000:role/${RoleName}`;
}
