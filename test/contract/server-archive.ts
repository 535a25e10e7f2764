// Small server apps of each nature, packed as people pack them.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { pack } from "tar-stream";
import type { Nature } from "./driver.ts";

export type ServerNature = Nature | "silent" | "keeping";

/** Odd versions come as .zip, the others as .tar.gz, so that a suite sees both. silent: never listens. keeping: writes onto its disk when it comes, when it goes and what it is sent. */
export async function serverArchive(
  version: string,
  nature: ServerNature,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const code = codeOf(version, nature);
  const odd = Number(version.replace(/\D/g, "")) % 2 === 1;
  const archive = odd ? zipSync({ "app.js": strToU8(code) }) : await tarGz("./app.js", code);
  const bytes = nature === "noArchive" ? strToU8("Not an archive at all.") : archive;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { bytes, sha256: nature === "otherDigest" ? "0".repeat(64) : sha256 };
}

function codeOf(version: string, nature: ServerNature): string {
  if (nature === "crashing") return 'console.error("broken on purpose"); process.exit(3);';
  if (nature === "silent") return "setInterval(() => {}, 1000);";
  if (nature === "keeping") return KEEPING.replace("VERSION", JSON.stringify(version));
  const healthz = nature === "unhealthy" ? 500 : 200;
  return `const server = require("node:http").createServer((request, response) => {
  if (request.url === "/healthz") response.statusCode = ${healthz};
  response.end(JSON.stringify({ code: ${JSON.stringify(version)}, env: process.env }));
});
server.listen(process.env.PORT);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;
}

async function tarGz(name: string, text: string): Promise<Uint8Array> {
  const tar = pack();
  tar.entry({ name }, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** The disk's own log: `open v1 4711`, `close v1 4711`. What the path shows and what the variable names is one disk. */
const KEEPING = `const { appendFileSync, readFileSync } = require("node:fs");
const disk = process.env.TUTTI_VOLUME_DATA;
const tell = (word) => appendFileSync(disk + "/log", word + " " + VERSION + " " + process.pid + "\\n");
tell("open");
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/write") tell("write");
  response.end(request.url === "/log" ? readFileSync("/data/log") : disk);
});
server.listen(process.env.PORT);
process.on("SIGTERM", () => {
  server.close(() => { tell("close"); process.exit(0); });
  server.closeIdleConnections();
});
`;
