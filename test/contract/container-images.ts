// Images of the example app's shape for containers, of each nature that the contract asks for; pushed once each.
import type { World } from "#test/sandbox/container-world.ts";
import type { Nature } from "./driver.ts";

const REGISTRY = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

/** The app answers its version on every path, and on /healthz what its nature says. */
function appOf(version: string, nature: Nature): string {
  if (nature === "crashing") return `console.error("broken on purpose"); process.exit(3);`;
  const status = nature === "unhealthy" ? 500 : 200;
  return `
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/healthz") response.statusCode = ${status};
  response.end(${JSON.stringify(version)});
});
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;
}

/** Answers the reference of an image; those that cannot be pulled are of no image. */
export function containerImages(world: World): (version: string, nature: Nature) => Promise<string> {
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
