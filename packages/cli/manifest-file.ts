// A manifest on disk: YAML read with its line numbers kept, so that a fault named by path can be found in the file.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type Document,
  isCollection,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import { UsageError } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** In place of a file's name. */
export const STANDARD_INPUT = "-";

export type ManifestFile = {
  path: string;
  app: string;
  manifest: Record<string, unknown>;
  document: Document;
  lines: LineCounter;
};

export async function readManifest(cwd: string, path: string): Promise<ManifestFile> {
  return parseManifest(path, await readText(resolve(cwd, path), path));
}

/** What another command printed: `-` in place of a file. */
export async function readPiped(io: Pick<Io, "input">): Promise<ManifestFile> {
  return parseManifest("standard input", await io.input());
}

/** A YAML or JSON document of keys and values. */
export async function readDocument(cwd: string, path: string): Promise<Record<string, unknown>> {
  return parse(path, await readText(resolve(cwd, path), path)).value;
}

export function parseManifest(path: string, text: string): ManifestFile {
  const { value: manifest, document, lines } = parse(path, text);
  const { app } = manifest;
  if (typeof app !== "string") throw new UsageError(`${path}: app: is required (the app's name)`);
  return { path, app, manifest, document, lines };
}

function parse(path: string, text: string) {
  const lines = new LineCounter();
  // Aliases are expanded a bounded number of times: a few lines can otherwise stand for gigabytes.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const faults = document.errors.map(
    (fault) => `${path}:${lines.linePos(fault.pos[0]).line} ${inWords(fault)}`,
  );
  if (faults.length > 0) throw new UsageError(`${path} is not valid YAML`, faults);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${path} holds no document: its top must be keys and values`);
  return { value: value as Record<string, unknown>, document, lines };
}

/** The parser's own words for several documents name a function of it. */
function inWords({ code, message }: YAMLParseError): string {
  return code === "MULTIPLE_DOCS" ? "a second document begins here: give each a file of its own" : message;
}

/** The line of a dotted path, or of the nearest thing above it that is in the file. */
export function lineOfPath({ document, lines }: ManifestFile, path: string): number {
  const keys = path === "" ? [] : path.split(".");
  for (let length = keys.length; length > 0; length--) {
    const offset = offsetOf(document, keys.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document, keys: string[]): number | undefined {
  const parent = keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents;
  if (!isCollection(parent)) return undefined;
  for (const item of parent.items) {
    const key = (item as { key?: unknown }).key;
    if (isScalar(key) && String(key.value) === keys.at(-1)) return key.range?.[0];
  }
  const node = document.getIn(keys, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new UsageError(`there is no file ${shown}`);
    throw new UsageError(`${shown} cannot be read: ${(error as Error).message}`);
  }
}
