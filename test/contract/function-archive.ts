// Small functions of each nature, packed as people pack them.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { pack } from "tar-stream";
import type { Nature } from "./driver.ts";

/**
 * keeping: writes its version into its volume at each call and answers all that is there; with ?mib= into /tmp. moody: an environment that was
 * asked for /be/ill answers 500 from then on, while its health path is well. unrenewable: well, but where it is published once more.
 */
export type FunctionNature = Nature | "keeping" | "moody" | "unrenewable";

/** Odd versions come as .zip, the others as .tar.gz, so that a suite sees both. */
export async function functionArchive(
  version: string,
  nature: FunctionNature,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const code = codeOf(nature);
  const odd = Number(version.replace(/\D/g, "")) % 2 === 1;
  const archive = odd ? zipSync({ "index.js": strToU8(code) }) : await tarGz("./index.js", code);
  const bytes = nature === "noArchive" ? strToU8("Not an archive at all.") : archive;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { bytes, sha256: nature === "otherDigest" ? "0".repeat(64) : sha256 };
}

function codeOf(nature: FunctionNature): string {
  if (nature === "keeping") return KEEPING;
  if (nature === "moody") return MOODY;
  if (nature === "unrenewable")
    return MOODY.replace(
      'statusCode: 200, body: ""',
      "statusCode: process.env.TUTTI_FRESH_AFTER ? 500 : 200",
    );
  if (nature === "crashing") return 'throw new Error("broken on purpose");';
  const healthz = nature === "unhealthy" ? 500 : 200;
  return `exports.handler = async (event) => {
  if (event.rawPath === "/healthz") return { statusCode: ${healthz}, body: "" };
  const body = JSON.stringify({ version: process.env.TUTTI_VERSION, greeting: process.env.GREETING });
  return { statusCode: 200, headers: { "content-type": "application/json" }, body };
};
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

const KEEPING = `const { appendFileSync, readFileSync, rmSync } = require("node:fs");
exports.handler = async ({ rawPath, queryStringParameters: { mib } = {} }) => {
  if (rawPath === "/healthz") return { statusCode: 200, body: "" };
  if (mib) {
    try { rmSync("/tmp/some", { force: true }); for (let at = 0; at < mib; at += 10) appendFileSync("/tmp/some", Buffer.alloc(10485760)); return { statusCode: 200, body: "fits" }; }
    catch ({ code }) { return { statusCode: 200, body: code }; }
  }
  appendFileSync("/mnt/notes/log", process.env.TUTTI_VERSION + "\\n");
  return { statusCode: 200, body: readFileSync(process.env.TUTTI_VOLUME_NOTES + "/log", "utf8") };
};
`;

const MOODY = `let ill = false;
exports.handler = async ({ rawPath }) => {
  if (rawPath === "/healthz") return { statusCode: 200, body: "" };
  if (rawPath === "/be/ill") ill = true;
  const fresh = process.env.TUTTI_FRESH_AFTER ?? null;
  if (rawPath === "/slow") await new Promise((resolve) => setTimeout(resolve, 1500));
  return { statusCode: ill ? 500 : 200, body: JSON.stringify({ ill, fresh }) };
};
`;
