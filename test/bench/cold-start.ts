// What a cold start of each function takes: from starting a process to its first answer, which asks the sandbox something, beside the
// same process with an empty handler. Turns are taken, so that all see the same machine.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { sha256Hex } from "#functions/api/sha256.ts";
import { type Blueprint, blueprint } from "#infra/blueprint.ts";
import { bundleFunctions } from "#infra/bundles/bundle.ts";
import type { FunctionBlueprint } from "#infra/functions.ts";
import { type House, openHouse, ROOT } from "#start/open-house.ts";
import { type Bench, median } from "./figure.ts";

const TURNS = 5;
const HOST = fileURLToPath(new URL("./cold-start-host.mjs", import.meta.url));
const TOKEN = "the-token-of-a-cold-start";
const DRIVER_EVENT = { verb: "inspect", app: "nobody", environment: "dev" };
/** The first thing each is asked: it reads the table and answers. */
const FIRST: Record<string, unknown> = {
  api: {
    version: "2.0",
    rawPath: "/v1/apps",
    rawQueryString: "",
    headers: { authorization: `Bearer ${TOKEN}` },
    requestContext: {
      domainName: "localhost",
      http: { method: "GET", path: "/v1/apps", sourceIp: "127.0.0.1" },
    },
    isBase64Encoded: false,
  },
  "driver-server": DRIVER_EVENT,
  "driver-vm": DRIVER_EVENT,
  "driver-container": DRIVER_EVENT,
  "driver-function": DRIVER_EVENT,
  hooks: { deploymentId: "dep_nobody", generation: 1 },
};

type Start = { short: string; module: string; event: unknown; env: Record<string, string> };

export const coldStart: Bench = {
  name: "cold-start",
  run: async () => {
    const directory = mkdtempSync(join(tmpdir(), "tutti-cold-"));
    const settings = { port: 0, awsPort: 0, directory: join(directory, "sandbox"), timeScale: 1, servers: 0 };
    const house = await openHouse({ ...settings, fresh: true, token: undefined });
    try {
      const starts = await unpacked(house, directory);
      const taken = new Map(starts.map(({ short }) => [short, [] as number[]]));
      for (let turn = 0; turn < TURNS; turn++)
        for (const one of starts) taken.get(one.short)!.push(await millisecondsOf(one));
      const empty = median(taken.get("empty")!);
      return [...taken].map(([short, all]) => ({
        what: `cold start of ${short}`,
        measured: `${median(all).toFixed(0)} ms`,
        beside:
          short === "empty" ? "an empty handler" : `${(median(all) / empty).toFixed(1)} × an empty handler`,
      }));
    } finally {
      await house.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function unpacked(house: House, directory: string): Promise<Start[]> {
  const plan = blueprint({ name: "tutti", account: "000000000000", region: "us-east-1" }, sha256Hex(TOKEN));
  const functions = plan.functions.filter(({ short }) => short in FIRST);
  const bundles = await bundleFunctions(ROOT, functions);
  const starts = bundles.map(({ short, zip }, i) => {
    const folder = join(directory, short);
    for (const [name, bytes] of Object.entries(unzipSync(zip))) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const env = environmentOf(house, plan, functions[i]!);
    return { short, module: join(folder, "index.mjs"), event: FIRST[short], env };
  });
  const empty = join(directory, "empty.mjs");
  writeFileSync(empty, "export const handler = async () => null;\n");
  return [{ short: "empty", module: empty, event: {}, env: {} }, ...starts];
}

function environmentOf(house: House, { names }: Blueprint, one: FunctionBlueprint): Record<string, string> {
  const { accessKeyId, secretAccessKey } = house.sandbox.platform.credentialsOf(names.roleArn(one.short));
  return {
    ...one.environment,
    ...{ AWS_ENDPOINT_URL: house.awsUrl, AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  };
}

function millisecondsOf({ module, event, env }: Start): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [HOST, module, JSON.stringify(event)], { env, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve(performance.now() - began) : reject(new Error(`${module} ended with ${code}`)),
    );
  });
}
