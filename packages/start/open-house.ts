// Opens a whole installation on this machine: the sandbox, the blueprint built on it, a pool of servers and a load
// balancer in each environment. `npm start`, the demo and the end-to-end tests all come in through here.
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { blueprint } from "#infra/blueprint.ts";
import { buildConsole } from "#infra/build-console.ts";
import { bundleFunctions } from "#infra/bundles/bundle.ts";
import type { OperatingSettings } from "#infra/operating-settings.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import type { AwsAccess } from "./deploy/access.ts";
import { deployBlueprint } from "./deploy/deploy-blueprint.ts";
import { freePort } from "./free-port.ts";
import { furnish } from "./furnish.ts";
import type { Settings } from "./settings.ts";
import { adminToken, sha256Hex } from "./token.ts";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

const ACCOUNT = "000000000000";
const REGION = "us-east-1";
const HOST = "127.0.0.1";

export type House = {
  apiUrl: string;
  awsUrl: string;
  token: string;
  sandbox: Sandbox;
  /** Fresh options for an SDK client with the rights of the sandbox's owner. */
  access(): AwsAccess;
  close(): Promise<void>;
};

export async function openHouse(settings: Settings, log: (line: string) => void = () => {}): Promise<House> {
  if (settings.fresh) rmSync(settings.directory, { recursive: true, force: true });
  mkdirSync(settings.directory, { recursive: true });
  const port = settings.port || (await freePort());
  const token = adminToken(settings.directory, settings.token);
  const installation = { name: "tutti", account: ACCOUNT, region: REGION };
  const plan = blueprint(installation, sha256Hex(token), settings.access, operatingOf(settings));
  await buildConsole(ROOT);
  const [bundles, sandbox] = await Promise.all([
    bundleFunctions(ROOT, plan.functions),
    startSandbox({
      directory: settings.directory,
      port: settings.awsPort,
      timeScale: settings.timeScale,
      ...(settings.accounts ? { accounts: settings.accounts } : {}),
      ...(settings.regions ? { regions: settings.regions } : {}),
      log,
    }),
  ]);
  try {
    // The SDK changes a credentials object that it is given, so each client gets its own.
    const access = () => ({
      endpoint: sandbox.endpoint,
      region: REGION,
      credentials: { ...sandbox.rootCredentials },
    });
    await deployBlueprint(plan, bundles, access());
    const api = plan.names.functionName("api");
    const url = await functionUrl(api, access());
    await furnish({ sandbox, access: access(), apiUrl: url, token, plan, servers: settings.servers });
    // Last of all: who finds the door open finds the house furnished.
    await sandbox.lambda.openUrlAt(api, { host: HOST, port });
    const apiUrl = `http://${HOST}:${port}`;
    return { apiUrl, awsUrl: sandbox.endpoint, token, sandbox, access, close: () => sandbox.stop() };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

async function functionUrl(FunctionName: string, access: AwsAccess): Promise<string> {
  const lambda = new LambdaClient(access);
  return (await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))).FunctionUrl!.replace(
    /\/$/,
    "",
  );
}

function operatingOf({ accounts = [] }: Settings): OperatingSettings {
  return accounts.length > 0 ? { targetAccounts: accounts } : {};
}
