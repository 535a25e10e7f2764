// Runs the real `sst diff`: its CLI reads the app, bundles the program, serves its components and builds every function. Only two
// things are not real: AWS, of which the CLI asks where its state is, and the Pulumi engine (stub-pulumi.ts).
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "#start/open-house.ts";
import type { Graph } from "./graph.ts";

export type Diff = { exitCode: number | null; printed: string; graph: Graph | undefined };

export async function offlineDiff(stage: string, secrets: Record<string, string>): Promise<Diff> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-diff-"));
  const aws = await serveState();
  try {
    writeStub(folder);
    const graphFile = join(folder, "graph.json");
    const secretVariables = Object.entries(secrets).map(([name, value]) => [`SST_SECRET_${name}`, value]);
    const { exitCode, printed } = await run(cliPath(), ["diff", "--stage", stage, "--print-logs"], {
      ...process.env,
      ...Object.fromEntries(secretVariables),
      ...OFFLINE,
      XDG_CONFIG_HOME: join(folder, "config"),
      AWS_ENDPOINT_URL: aws.url,
      GRAPH_FILE: graphFile,
      PROGRAM_ROOT: ROOT,
    });
    const graph = existsSync(graphFile) ? JSON.parse(readFileSync(graphFile, "utf8")) : undefined;
    return { exitCode, printed, graph };
  } finally {
    aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const OFFLINE = {
  ...{ NO_COLOR: "1", SST_NO_BUN: "1", SST_TELEMETRY_DISABLED: "1", SST_SKIP_DEPENDENCY_CHECK: "1" },
  ...{ SST_PASSPHRASE: "offline", AWS_REGION: "us-east-1", AWS_EC2_METADATA_DISABLED: "true" },
  ...{ AWS_ACCESS_KEY_ID: "offline", AWS_SECRET_ACCESS_KEY: "offline" },
};

/** The CLI keeps the Pulumi that it uses in its configuration folder. */
function writeStub(folder: string): void {
  const bin = join(folder, "config/sst/bin");
  mkdirSync(bin, { recursive: true });
  const stub = join(import.meta.dirname, "stub-pulumi.ts");
  const script = `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${stub}" "$@"\n`;
  writeFileSync(join(bin, "pulumi"), script, { mode: 0o755 });
}

function cliPath(): string {
  const require = createRequire(join(ROOT, "package.json"));
  return join(dirname(require.resolve(`sst-linux-${process.arch}/package.json`)), "bin/sst");
}

function run(program: string, words: string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ exitCode: number | null; printed: string }>((resolve, reject) => {
    const child = spawn(program, words, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        printed += chunk;
      });
    child.once("error", reject);
    child.once("exit", (exitCode) => resolve({ exitCode, printed }));
  });
}

const BOOTSTRAP = {
  version: 5,
  asset: "sst-asset",
  state: "sst-state",
  assetEcrRegistryId: "",
  assetEcrUrl: "",
};

/** Systems Manager's parameters, where the CLI finds its buckets, and S3, in which there is no state yet. */
async function serveState(): Promise<{ url: string; close(): void }> {
  const parameters = new Map([["/sst/bootstrap", JSON.stringify(BOOTSTRAP)]]);
  const objects = new Map<string, string>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const target = String(request.headers["x-amz-target"] ?? "");
    if (target.startsWith("AmazonSSM.")) answerParameter(parameters, target, JSON.parse(body), response);
    else answerObject(objects, request, body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

function answerParameter(
  parameters: Map<string, string>,
  target: string,
  { Name, Value }: { Name: string; Value?: string },
  response: ServerResponse,
): void {
  const answer = (status: number, body: object) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  };
  if (target.endsWith(".PutParameter")) {
    parameters.set(Name, Value!);
    answer(200, { Version: 1 });
    return;
  }
  const found = parameters.get(Name);
  if (found === undefined) answer(400, { __type: "ParameterNotFound", message: Name });
  else answer(200, { Parameter: { Name, Value: found, Type: "String", Version: 1 } });
}

function answerObject(
  objects: Map<string, string>,
  { method, url = "" }: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const key = url.split("?")[0]!;
  if (method === "PUT") objects.set(key, body);
  const found = objects.get(key);
  if (found !== undefined) {
    response.writeHead(200, { etag: '"1"' }).end(method === "GET" ? found : "");
    return;
  }
  const missing = "<Error><Code>NoSuchKey</Code><Message>There is no such key.</Message></Error>";
  response.writeHead(404, { "content-type": "application/xml" }).end(missing);
}
