// API reads beside a bare Hono route with the same SDK calls, both behind a function URL of the same sandbox, taking
// turns so that both see the same machine.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import autocannon from "autocannon";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { modulesOf } from "#infra/bundles/bundle.ts";
import { bundleOptions } from "#infra/bundles/bundle-options.ts";
import { namesOf } from "#infra/names.ts";
import { applyExample } from "#start/demo/publish.ts";
import { ROOT } from "#start/open-house.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { type Bench, type Figure, median } from "./figure.ts";

const TURNS = 4;
const SECONDS = 3;
const CONNECTIONS = 4;

export const apiReads: Bench = {
  name: "api-reads",
  run: async () => {
    const house = await startHouse();
    try {
      const { app } = await applyExample(house.client, join(ROOT, "examples/server"));
      const bareUrl = await deployBareRoute(house);
      const { id, secret } = await house.client.tokens.create({ name: "bench", role: "viewer" });
      const apiUrl = `${house.apiUrl}/v1/apps/${app}`;
      const reads = [
        ["by the admin token: one SDK call", { bare: `${bareUrl}apps/${app}`, token: house.token }],
        ["by a token of the store: two", { bare: `${bareUrl}tokens/${id}/apps/${app}`, token: secret! }],
      ] as const;
      const figures: Figure[] = [];
      for (const [how, { bare, token }] of reads)
        figures.push({ what: `reading an app ${how}`, ...(await besideBare(apiUrl, token, bare)) });
      return figures;
    } finally {
      await house.clear();
    }
  },
};

async function besideBare(apiUrl: string, token: string, bareUrl: string): Promise<Omit<Figure, "what">> {
  const authorization = `Bearer ${token}`;
  await rate(bareUrl, {}, 1);
  await rate(apiUrl, { authorization }, 1);
  const [api, bare] = [[] as number[], [] as number[]];
  for (let turn = 1; turn <= TURNS; turn++) {
    bare.push(await rate(bareUrl, {}));
    api.push(await rate(apiUrl, { authorization }));
  }
  const ratio = median(api.map((reads, turn) => reads / bare[turn]!));
  const measured = `${ratio.toFixed(2)} × (${median(api).toFixed(0)}/s, bare ${median(bare).toFixed(0)}/s)`;
  return { measured, beside: "0.8 × a bare Hono route with the same calls" };
}

/** Reads a second; throws where one is not answered with 200. */
async function rate(url: string, headers: Record<string, string>, duration = SECONDS): Promise<number> {
  const result = await autocannon({ url, headers, duration, connections: CONNECTIONS });
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx + result.errors} failed`);
  return result.requests.average;
}

/** With the API's own role, memory and bundling. */
async function deployBareRoute(house: TestHouse): Promise<string> {
  const credentials = rootOf(house.directory);
  const lambda = new LambdaClient({ endpoint: house.awsUrl, region: "us-east-1", credentials });
  const names = namesOf({ name: "tutti", account: "000000000000", region: "us-east-1" });
  const options = { ...bundleOptions(join(ROOT, "test/bench/bare-route.ts")), absWorkingDir: ROOT };
  const built = await build({ ...options, write: false });
  const FunctionName = "bench-bare-route";
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Role: names.roleArn("api"),
      MemorySize: 512,
      Timeout: 30,
      Environment: { Variables: { TUTTI_TABLE: names.table } },
      Code: { ZipFile: zipSync(modulesOf(built)) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
  const anyone = { FunctionName, Principal: "*" };
  const urlCall = { Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" as const };
  await lambda.send(new AddPermissionCommand({ ...anyone, ...urlCall, StatementId: "url" }));
  const invocation = { Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true };
  await lambda.send(new AddPermissionCommand({ ...anyone, ...invocation, StatementId: "url-invoke" }));
  const url = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }));
  return url.FunctionUrl!;
}

/** The sandbox keeps the keys of its principals on disk, one document each. */
function rootOf(directory: string): { accessKeyId: string; secretAccessKey: string } {
  const folder = join(directory, "iam/keys");
  for (const file of readdirSync(folder)) {
    const key = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const { principal, accessKeyId, secretAccessKey } = key.value ?? key;
    if (principal === "root") return { accessKeyId, secretAccessKey };
  }
  throw new Error(`no key of root in ${folder}`);
}
