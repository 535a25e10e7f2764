// Apps that call each other in a chain and say who called them, with the middleware that apps are given, as `npm install` would
// lay it out.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packContext } from "#cli/pack-context.ts";
import type { Client } from "#client/client.ts";

const PACKAGE = new URL("../../packages/identity", import.meta.url).pathname;

/** Answers "<caller>><itself> " and then what the next one in the chain says. */
const CHAIN = `import { caller, guard } from "tutti-identity/callee";
import { service } from "tutti-identity/caller";
const { TUTTI_APP, NEXT, UNGUARDED } = process.env;
const who = guard({ whenUnset: UNGUARDED ? "pass" : "throw" });
async function answer(call) {
  const heard = (caller(call)?.app ?? "anyone") + ">" + TUTTI_APP;
  if (!NEXT) return { status: 200, text: heard };
  const next = await service(NEXT).fetch("/chain?from=" + TUTTI_APP);
  return { status: next.status, text: heard + " " + (await next.text()) };
}
`;
const SERVING = `import { createServer } from "node:http";
${CHAIN}
const server = createServer((request, response) =>
  who.connect(request, response, async () => {
    if (request.url === "/healthz") return response.end();
    const { status, text } = await answer(request);
    response.writeHead(status).end(text);
  }),
);
server.keepAliveTimeout = 65000;
server.listen(process.env.PORT, process.env.HOST);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;
const HANDLING = `${CHAIN}
export const handler = who.lambda(async (event) => {
  if (event.rawPath === "/healthz") return { statusCode: 200 };
  const { status, text } = await answer(event);
  return { statusCode: status, body: text };
});
`;
const DOCKERFILE = 'FROM node:21.7\nWORKDIR /home/node/app\nCOPY . .\nUSER node\nCMD ["node", "app.mjs"]\n';

function folderOf(kind: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tutti-chain-"));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  cpSync(PACKAGE, join(modules, "tutti-identity"), {
    recursive: true,
    filter: (path) => !path.endsWith(".test.ts"),
  });
  if (kind === "function") writeFileSync(join(folder, "index.mjs"), HANDLING);
  else writeFileSync(join(folder, "app.mjs"), SERVING);
  if (kind === "container") writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
  return folder;
}

/** Of a kind's app in the chain. */
export function chainManifest(app: string, kind: string, more: object = {}) {
  const health = {
    path: "/healthz",
    intervalSeconds: 0.2,
    timeoutSeconds: 2,
    healthyThreshold: 2,
    graceSeconds: 20,
  };
  const counted = kind === "function" ? {} : { replicas: 2, rollout: { drainSeconds: 1 } };
  const start = kind === "server" || kind === "vm" ? { start: "node app.mjs" } : {};
  const own =
    kind === "function" ? { function: { handler: "index.handler" }, rollout: { strategy: "allAtOnce" } } : {};
  return { app, kind, health, ...counted, ...start, ...own, ...more };
}

export async function publishChain(
  client: Client,
  app: string,
  kind: string,
  version: string,
): Promise<void> {
  const folder = folderOf(kind);
  const bytes =
    kind === "container" ? await packContext(folder) : execFileSync("tar", ["-cz", "-C", folder, "."]);
  rmSync(folder, { recursive: true });
  const { uploadUrl, uri } = await client.artifacts.create(
    app,
    kind === "container" ? "context.zip" : "app.tar.gz",
  );
  await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(bytes) });
  if (kind !== "container") {
    await client.releases.create(app, { version, artifact: { uri } });
    return;
  }
  let build = await client.images.build(app, { version: "image", source: { uri } });
  while (build.status === "building")
    build = await client.images.get(app, build.id, { waitSeconds: 20, afterPhase: build.phase });
  await client.releases.create(app, { version, artifact: { image: build.image! } });
}
