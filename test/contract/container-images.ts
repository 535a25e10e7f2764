// Images of the example app's shape for containers, of each nature that the contract asks for; pushed once each.
import type { World } from "#test/sandbox/container-world.ts";
import type { Nature } from "./driver.ts";

/** silent: never listens. hungry: takes more and more memory. writing: writes its version on its volume, and reads it all out. calling: answers what `CALLS` answers it. */
export type ContainerNature = Nature | "silent" | "hungry" | "writing" | "calling";

const REGISTRY = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

const START: Partial<Record<ContainerNature, string>> = {
  crashing: `console.error("broken on purpose"); process.exit(3);`,
  silent: "setInterval(() => {}, 1000);",
  calling: `
const server = require("node:http").createServer(async (request, response) => {
  if (request.url === "/healthz") return response.end();
  const answer = await fetch(process.env.CALLS).catch((error) => new Response(String(error.cause?.code), { status: 502 }));
  response.writeHead(answer.status).end(await answer.text());
});
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`,
  hungry: "const held = []; setInterval(() => held.push(Buffer.alloc(32 << 20, 1)), 20);",
};

/** The app answers its version and a word of its config on every path, and on /healthz what its nature says. */
function appOf(version: string, nature: ContainerNature): string {
  const writes = `const { appendFileSync, readFileSync } = require("node:fs");
const file = process.env.TUTTI_VOLUME_DATA + "/versions";
appendFileSync(file, ${JSON.stringify(version)} + " ");
const answer = () => ({ lines: readFileSync(file, "utf8") });`;
  return (
    START[nature] ??
    `
${nature === "writing" ? writes : "const answer = () => ({});"}
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/healthz") response.statusCode = ${nature === "unhealthy" ? 500 : 200};
  const { PORT, TUTTI_APP, TUTTI_ENVIRONMENT, TUTTI_VERSION, WORD } = process.env;
  response.end(JSON.stringify({ version: ${JSON.stringify(version)}, PORT, TUTTI_APP, TUTTI_ENVIRONMENT, TUTTI_VERSION, WORD, ...answer() }));
});
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`
  );
}

/** Answers the reference of an image; those that cannot be pulled are of no image. */
export function containerImages(world: World): (version: string, nature: ContainerNature) => Promise<string> {
  const pushed = new Map<string, Promise<string>>();
  return async (version, nature) => {
    if (nature === "noArchive") return `${REGISTRY}/no-such-repository:${version}`;
    if (nature === "otherDigest") return `${REGISTRY}/shop@sha256:${"0".repeat(64)}`;
    const key = `${version}-${nature}`;
    const there = pushed.get(key) ?? world.push("shop", key, appOf(version, nature));
    pushed.set(key, there);
    return there;
  };
}
