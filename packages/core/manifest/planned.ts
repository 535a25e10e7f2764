// Keys that are not built on every kind yet. With nothing in them they are fine (`scaling: {}`); else they are refused by
// their path with `not_supported_yet`, never ignored. Whoever builds one on a kind adds the kind.
import type { Kind } from "../domain/kind.ts";
import { isRecord } from "./merge.ts";
import { join, type Problem } from "./problem.ts";

/** Built on these kinds; on the others to come. */
const BUILT_ON: Record<string, readonly Kind[]> = {
  volumes: ["server", "vm", "container", "function"],
  resources: ["server", "container", "function"],
};

/** Gives the document without them. What is no object is left for the schema to refuse. */
export function takePlanned(document: unknown): { rest: unknown; problems: Problem[] } {
  if (!isRecord(document)) return { rest: document, problems: [] };
  const problems: Problem[] = [];
  const own = plannedFor(document.kind);
  const rest = takeSettings(document, own, "", problems);
  const { environments } = rest;
  if (isRecord(environments)) {
    const each = Object.entries(environments).map(([name, overlay]) => {
      const path = `environments.${name}`;
      return [name, isRecord(overlay) ? takeSettings(overlay, own, path, problems) : overlay];
    });
    rest.environments = Object.fromEntries(each);
  }
  return { rest, problems };
}

function plannedFor(kind: unknown): string[] {
  return Object.keys(BUILT_ON).filter((key) => !BUILT_ON[key]!.includes(kind as Kind));
}

function takeSettings(
  block: Record<string, unknown>,
  keys: string[],
  path: string,
  problems: Problem[],
): Record<string, unknown> {
  const rest = { ...block };
  for (const key of keys) {
    if (!Object.hasOwn(rest, key)) continue;
    if (!isEmpty(rest[key])) problems.push(planned(join(path, key), key));
    delete rest[key];
  }
  return rest;
}

function planned(path: string, key: string): Problem {
  const kinds = BUILT_ON[key];
  const who = kinds?.length ? `: ${kinds.length === 1 ? "only kind" : "kinds"} ${kinds.join(", ")} can` : "";
  return { path, message: `is not supported yet${who}`, sort: "planned" };
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isEmpty);
}
