// Secrets of a function: its configuration holds references, and a handler of ours stands in front of the app's. It reads them
// with the function's own role when an execution environment starts, puts them into `process.env`, and hands on the app's
// own handler as it is; each environment reads once and keeps them for as long as it lives.
import { zipSync } from "fflate";
import type { Spec } from "#core/domain/spec.ts";
import { READER } from "#targets/secrets/reader.ts";
import { EPOCH, UNIX } from "./archive-rules.ts";
import { appendZip } from "./zip-append.ts";

/** No artifact has a folder of that name by chance. */
const FOLDER = "tutti-secrets";
const HANDLER = `${FOLDER}/handler.handler`;

/** Looks for the app's handler as Lambda does (developer guide, "Define Lambda function handler in Node.js"), and fails in its words. */
const FRONT = `import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { readSecrets } = createRequire(import.meta.url)("./read.cjs");

async function load(wanted) {
  const slash = wanted.lastIndexOf("/") + 1;
  const [file, ...names] = wanted.slice(slash).split(".");
  const base = process.env.LAMBDA_TASK_ROOT + "/" + wanted.slice(0, slash) + file;
  const path = ["", ".js", ".mjs", ".cjs"].map((ending) => base + ending).find((one) => existsSync(one));
  if (!path) throw named("ImportModuleError", "Error: Cannot find module '" + wanted.slice(0, slash) + file + "'");
  const module = await imported(path);
  const at = (value) => names.reduce((held, name) => held?.[name], value);
  const found = at(module) ?? at(module.default);
  if (typeof found !== "function") throw named("HandlerNotFound", wanted + " is undefined or not exported");
  return found;
}

async function imported(path) {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw named("UserCodeSyntaxError", "SyntaxError: " + error.message);
    const absent = error?.code === "ERR_MODULE_NOT_FOUND" || error?.code === "MODULE_NOT_FOUND";
    throw absent ? named("ImportModuleError", "Error: " + error.message) : error;
  }
}

function named(name, message) {
  return Object.assign(new Error(message), { name: "Runtime." + name });
}

const { TUTTI_SECRETS, TUTTI_HANDLER, AWS_REGION } = process.env;
Object.assign(process.env, await readSecrets({ region: AWS_REGION, references: JSON.parse(TUTTI_SECRETS) }));
export const handler = await load(TUTTI_HANDLER);
`;

type Secretive = Pick<Spec, "secrets" | "function">;

export function hasSecrets({ secrets = {} }: Pick<Spec, "secrets">): boolean {
  return Object.keys(secrets).length > 0;
}

/** Which handler Lambda calls, and what that one is told. */
export function handlerOf(spec: Secretive): { handler: string; variables: Record<string, string> } {
  const { handler } = spec.function;
  if (!hasSecrets(spec)) return { handler, variables: {} };
  const variables = { TUTTI_HANDLER: handler, TUTTI_SECRETS: JSON.stringify(spec.secrets) };
  return { handler: HANDLER, variables };
}

/** The same package gives the same bytes every time. */
export function withReader(zip: Uint8Array): Uint8Array {
  const options = { mtime: EPOCH, os: UNIX, attrs: 0o100644 << 16 };
  const file = (text: string) => [new TextEncoder().encode(text), options] as [Uint8Array, typeof options];
  const ours = zipSync({ [`${FOLDER}/handler.mjs`]: file(FRONT), [`${FOLDER}/read.cjs`]: file(READER) });
  return appendZip(zip, ours);
}
