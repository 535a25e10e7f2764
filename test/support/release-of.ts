// Releases of tiny apps that behave as a test needs, and deployments of them watched to their end.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "#client/client.ts";
import type { DeploymentView } from "#client/views.ts";

export const ENVIRONMENT = "dev";
const ENDS = ["succeeded", "rolled_back", "failed", "cancelled"];

/** `unwell` answers its health path with 500, `silent` never listens, `crashing` ends at once. */
export type Behaviour = "well" | "unwell" | "silent" | "crashing";

/** An app for servers; it behaves so only on `hosts`, if any are named, and well elsewhere. */
export function serverCode(behaviour: Behaviour, hosts?: string[]): Record<string, string> {
  const code = `
const behaviour = ${JSON.stringify(hosts ?? null)}?.includes(process.env.HOST) === false ? "well" : "${behaviour}";
if (behaviour === "crashing") throw new Error("no such luck");
if (behaviour === "silent") setInterval(() => {}, 1000);
else {
  const server = require("node:http").createServer((request, response) => {
    if (request.url === "/healthz" && behaviour === "unwell") response.statusCode = 500;
    response.end(process.env.TUTTI_VERSION + " is " + behaviour);
  });
  server.keepAliveTimeout = 65000;
  server.listen(process.env.PORT, process.env.HOST);
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}`;
  return { "app.js": code };
}

/** A handler; a function that is silent answers after its time-out only. */
export function functionCode(behaviour: Behaviour): Record<string, string> {
  const bodies = {
    well: "return { statusCode: 200, body: process.env.TUTTI_VERSION };",
    unwell: "return { statusCode: 500, body: 'not today' };",
    silent: "await new Promise((resolve) => setTimeout(resolve, 60000));",
    crashing: "",
  };
  const head = behaviour === "crashing" ? 'throw new Error("no such luck");\n' : "";
  return { "index.js": `${head}exports.handler = async () => { ${bodies[behaviour]} };` };
}

/** Quick policies, so that a broken release is known for one within seconds. */
export function serverManifest(app: string, more: { rollout?: object; [key: string]: unknown } = {}) {
  const { rollout, ...rest } = more;
  return {
    app,
    kind: "server",
    start: "node app.js",
    port: 8080,
    replicas: 3,
    health: {
      path: "/healthz",
      intervalSeconds: 0.2,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      graceSeconds: 2,
    },
    rollout: { batch: 1, drainSeconds: 1, ...rollout },
    server: { pool: "web" },
    ...rest,
  };
}

/** The same app on virtual machines; no side is kept after a blue/green. */
export function machineManifest(app: string, rollout: object = { batch: 3, maxSurge: 3 }) {
  const { server: _server, ...manifest } = serverManifest(app);
  return {
    ...manifest,
    kind: "vm",
    vm: { keepSeconds: 0 },
    rollout: { maxUnavailable: 0, drainSeconds: 1, ...rollout },
  };
}

export function functionManifest(app: string) {
  return {
    app,
    kind: "function",
    health: {
      path: "/healthz",
      intervalSeconds: 0.2,
      timeoutSeconds: 1,
      healthyThreshold: 2,
      graceSeconds: 2,
    },
    rollout: { strategy: "canary", weights: [50, 100] },
    function: { handler: "index.handler", runtime: "nodejs24.x", memoryMiB: 128, timeoutSeconds: 2 },
  };
}

/** The same files are the same bytes at any time, so that a test that is tried again publishes what it published before. */
export function archive(files: Record<string, string>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const bytes = execFileSync("tar", [
    "-czf",
    "-",
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "-C",
    folder,
    ".",
  ]);
  rmSync(folder, { recursive: true });
  return bytes;
}

export async function publish(
  client: Client,
  app: string,
  version: string,
  content: Record<string, string> | Buffer,
  sha256?: string,
): Promise<void> {
  const bytes = Buffer.isBuffer(content) ? content : archive(content);
  const { uploadUrl, uri } = await client.artifacts.create(app, "app.tar.gz");
  const answer = await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(bytes) });
  if (!answer.ok) throw new Error(`the upload of ${app} ${version} was answered ${answer.status}`);
  await client.releases.create(app, { version, artifact: { uri, ...(sha256 ? { sha256 } : {}) } });
}

/** Answers what is true of the deployment first, `met` or its end. */
export async function whenever(
  client: Client,
  id: string,
  met: (deployment: DeploymentView) => boolean,
): Promise<DeploymentView> {
  for await (const { deployment } of client.watchDeployment(id, { waitSeconds: 5 }))
    if (met(deployment) || ENDS.includes(deployment.status)) return deployment;
  throw new Error(`the watch of ${id} stopped early`);
}

export const settled = (client: Client, id: string) => whenever(client, id, () => false);

export async function start(
  client: Client,
  app: string,
  version: string,
  rollout?: Record<string, unknown>,
): Promise<DeploymentView> {
  return client.deployments.create(app, {
    environment: ENVIRONMENT,
    version,
    ...(rollout ? { rollout } : {}),
  });
}

export async function deploy(
  client: Client,
  app: string,
  version: string,
  rollout?: Record<string, unknown>,
): Promise<DeploymentView> {
  return settled(client, (await start(client, app, version, rollout)).id);
}

/** Which versions run on a target, each replica's in order of their names. */
export async function versionsOf(client: Client, app: string): Promise<(string | null)[]> {
  const { replicas } = await client.targets.get(app, ENVIRONMENT);
  return replicas.sort((a, b) => a.id.localeCompare(b.id)).map((one) => one.version);
}
