// A small persistent map: one JSON file per document, all of them in memory. What `set` has returned from is on disk.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJsonFile, writeAtomically } from "./files.ts";

export type Documents<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** Sorted by key. */
  list(): T[];
};

export function openDocuments<T>(directory: string): Documents<T> {
  mkdirSync(directory, { recursive: true });
  const entries = new Map<string, T>();
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!name.endsWith(".json")) rmSync(path, { force: true });
    else {
      const { key, value } = readJsonFile<{ key: string; value: T }>(path)!;
      entries.set(key, value);
    }
  }
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      writeAtomically(pathOf(directory, key), JSON.stringify({ key, value }));
      entries.set(key, value);
    },
    delete(key) {
      rmSync(pathOf(directory, key), { force: true });
      entries.delete(key);
    },
    list: () => [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
  };
}

function pathOf(directory: string, key: string): string {
  const name = encodeURIComponent(key).replaceAll("*", "%2A");
  const file = name.length <= 120 ? name : createHash("sha256").update(key).digest("hex");
  return join(directory, `${file}.json`);
}
