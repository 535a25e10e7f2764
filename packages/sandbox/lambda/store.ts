// Functions on disk: one JSON file each, replaced whole, and read once at the start.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { notFound } from "./faults.ts";
import type { FunctionRecord } from "./records.ts";

export type FunctionStore = ReturnType<typeof openStore>;

export function openStore(directory: string, arnOf: (name: string) => string) {
  const folder = join(directory, "functions");
  mkdirSync(folder, { recursive: true });
  const functions = new Map<string, FunctionRecord>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".json")) continue;
    const record = settled(JSON.parse(readFileSync(join(folder, file), "utf8")));
    functions.set(record.name, record);
  }
  const path = (name: string) => join(folder, `${name}.json`);
  return {
    all: () => [...functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: (name: string) => functions.get(name),
    get(name: string): FunctionRecord {
      const record = functions.get(name);
      if (!record) throw notFound(arnOf(name));
      return record;
    },
    save(record: FunctionRecord): void {
      functions.set(record.name, record);
      const temporary = `${path(record.name)}.tmp`;
      writeFileSync(temporary, JSON.stringify(record));
      renameSync(temporary, path(record.name));
    },
    remove(name: string): void {
      functions.delete(name);
      rmSync(path(name), { force: true });
    },
    /** Nothing is known any more, so that what was to settle later writes nothing. */
    close: () => functions.clear(),
  };
}

/** An update that the last process began has long ended. */
function settled(record: FunctionRecord): FunctionRecord {
  record.latest.state = "Active";
  record.latest.lastUpdateStatus = "Successful";
  return record;
}
