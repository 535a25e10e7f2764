// Containers for tests of a whole house: one image, built once the way a user builds it, whose behaviour a release's config
// chooses. So a release costs a registration and no build.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packContext } from "#cli/pack-context.ts";
import type { Client } from "#client/client.ts";

/** Where its config has `CALLS`, it says what that address answers, too. `hungry` takes more and more memory once it serves; the others as in release-of.ts. */
export type ContainerBehaviour = "well" | "unwell" | "silent" | "crashing" | "hungry";

const APP = `
const behaviour = process.env.BEHAVIOUR;
if (behaviour === "crashing") throw new Error("no such luck");
const held = [];
if (behaviour === "hungry") setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 50);
if (behaviour === "silent") setInterval(() => {}, 1000);
else {
  const server = require("node:http").createServer((request, response) => {
    if (request.url === "/healthz" && behaviour === "unwell") response.statusCode = 500;
    const said = process.env.TUTTI_VERSION + " is " + behaviour;
    if (request.url === "/healthz" || !process.env.CALLS) return response.end(said);
    fetch(process.env.CALLS).then(
      async (answer) => response.writeHead(answer.status).end(said + ", and " + (await answer.text())),
      (error) => response.writeHead(502).end(String(error.cause?.code)),
    );
  });
  server.keepAliveTimeout = 65000;
  server.listen(process.env.PORT, process.env.HOST);
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
`;

const DOCKERFILE =
  'FROM node:21.7\nWORKDIR /home/node/app\nCOPY app.js .\nUSER node\nCMD ["node", "app.js"]\n';

/** Answers the image's reference, by its digest. */
export async function buildImage(client: Client, app: string): Promise<string> {
  await client.apps.put(app, containerManifest(app, "well"));
  const folder = mkdtempSync(join(tmpdir(), "tutti-image-"));
  writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
  writeFileSync(join(folder, "app.js"), APP);
  const bytes = await packContext(folder);
  rmSync(folder, { recursive: true });
  const { uploadUrl, uri } = await client.artifacts.create(app, "context.zip");
  const answer = await fetch(uploadUrl, { method: "PUT", body: new Uint8Array(bytes) });
  if (!answer.ok) throw new Error(`the upload of ${app}'s context was answered ${answer.status}`);
  let build = await client.images.build(app, { version: "image", source: { uri } });
  while (build.status === "building")
    build = await client.images.get(app, build.id, { waitSeconds: 20, afterPhase: build.phase });
  if (!build.image) throw new Error(`the image of ${app} was not built: ${build.reason}`);
  return build.image;
}

/** A release has the manifest of its time, so the behaviour is in its config. */
export async function publishContainer(
  client: Client,
  app: string,
  version: string,
  image: string,
  behaviour: ContainerBehaviour = "well",
  more: object = {},
): Promise<void> {
  await client.apps.put(app, containerManifest(app, behaviour, more));
  await client.releases.create(app, { version, artifact: { image } });
}

export const HEALTH = {
  path: "/healthz",
  intervalSeconds: 0.2,
  timeoutSeconds: 1,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  graceSeconds: 2,
};

/** Quick policies; the load balancer's checks are what takes its time. */
function containerManifest(app: string, behaviour: ContainerBehaviour, more: object = {}) {
  return {
    app,
    kind: "container",
    port: 8080,
    replicas: 3,
    health: HEALTH,
    rollout: { maxSurge: 3, drainSeconds: 1 },
    config: { BEHAVIOUR: behaviour },
    ...more,
  };
}
