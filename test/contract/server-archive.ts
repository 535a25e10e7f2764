// Small server apps of each nature, packed as people pack them.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { pack } from "tar-stream";
import type { Nature } from "./driver.ts";

export type ServerNature = Nature | "silent";

/** Odd versions come as .zip, the others as .tar.gz, so that a suite sees both. silent: never listens. */
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
