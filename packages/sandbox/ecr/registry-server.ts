// The registry's own HTTP server, on an address of its own: layers by their download URL, and `GET /v2/`, by which a
// client finds out whether its sign-in is good (OCI Distribution Specification, "Determining Support"). Images are
// pushed and pulled through ECR's API.
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Platform } from "../platform.ts";
import type { Registry } from "./model.ts";
import { type Claims, openClaims } from "./signed-claims.ts";

export type RegistryServer = {
  /** `http://127.x.y.z:5000` */
  url: string;
  /** For an hour, as on AWS (GetDownloadUrlForLayer answers a presigned URL of S3). */
  downloadUrl(digest: string): string;
  /** The password of the user `AWS`, good for 12 hours. */
  passwordFor(principal: string): { password: string; expiresAt: number };
  start(): Promise<void>;
  stop(): Promise<void>;
};

const PORT = 5000;
const DOWNLOAD_MS = 3_600_000;
/** GetAuthorizationToken: "valid for 12 hours" (ECR API Reference). */
const SIGN_IN_MS = 12 * 3_600_000;

export function createRegistryServer(registry: Registry): RegistryServer {
  const { platform } = registry;
  const claims = openClaims(`${platform.directory}/ecr/key`);
  const host = platform.addressFor("ecr");
  const url = `http://${host}:${PORT}`;
  const server = createServer((request, response) => {
    serve(registry, claims, request, response).catch((error: Error) => {
      platform.log(`ecr: ${request.method} ${(request.url ?? "").split("?")[0]}: ${error.message}`);
      response.destroy();
    });
  });
  return {
    url,
    downloadUrl(digest) {
      const claim = claims.sign(`layer ${digest}`, platform.now() + DOWNLOAD_MS);
      return `${url}/layers/${digest}?claim=${claim}`;
    },
    passwordFor(principal) {
      const expiresAt = platform.now() + SIGN_IN_MS;
      return { password: claims.sign(`sign-in ${principal}`, expiresAt), expiresAt };
    },
    start: () => listen(server, host),
    stop: () => close(server),
  };
}

async function serve(
  registry: Registry,
  claims: Claims,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "UNSUPPORTED");
  if (pathname === "/v2/") return checkSignIn(registry.platform, claims, request, response);
  const digest = /^\/layers\/(sha256:[0-9a-f]{64})$/.exec(pathname)?.[1];
  if (!digest) return refuse(response, 404, "UNSUPPORTED");
  const about = claims.read(searchParams.get("claim") ?? "", registry.platform.now());
  if (about !== `layer ${digest}`) return refuse(response, 403, "DENIED");
  if (!registry.layers.has(digest)) return refuse(response, 404, "BLOB_UNKNOWN");
  const file = registry.layers.path(digest);
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": statSync(file).size,
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(file), response);
}

function checkSignIn(
  platform: Platform,
  claims: Claims,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const [user, password = ""] = Buffer.from(basic, "base64").toString().split(":");
  const good = user === "AWS" && claims.read(password, platform.now())?.startsWith("sign-in ");
  if (good) response.writeHead(200, { "content-type": "application/json" }).end("{}");
  else {
    response.setHeader("www-authenticate", 'Basic realm="ecr"');
    refuse(response, 401, "UNAUTHORIZED");
  }
}

/** Codes: OCI Distribution Specification, "Error Codes". */
function refuse(response: ServerResponse, status: number, code: string): void {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] });
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
