// An app of each kind that shows the digests of its secrets, so that a test sees that they arrived and nobody sees what they are.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHOW = `const { createHash } = require("node:crypto");
const show = () => JSON.stringify(["DB_PASSWORD", "API_TOKEN"].map((name) =>
  process.env[name] === undefined ? null : createHash("sha256").update(process.env[name]).digest("hex")));
`;
const SERVING = `${SHOW}require("node:http").createServer((_request, response) => response.end(show()))
  .listen(process.env.PORT, process.env.HOST);
`;
const HANDLING = `${SHOW}exports.handler = async () => ({ statusCode: 200, body: show() });
`;
const DOCKERFILE =
  'FROM node:21.7\nWORKDIR /home/node/app\nCOPY app.js .\nUSER node\nCMD ["node", "app.js"]\n';

/** To be removed by whoever asks for it. */
export function folderOf(kind: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tutti-keeper-"));
  if (kind === "function") writeFileSync(join(folder, "index.js"), HANDLING);
  else writeFileSync(join(folder, "app.js"), SERVING);
  if (kind === "container") writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
  return folder;
}

export function tarGzOf(kind: string): Buffer {
  const folder = folderOf(kind);
  const bytes = execFileSync("tar", ["-cz", "-C", folder, "."]);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** As the apps show it. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
