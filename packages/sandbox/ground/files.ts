// Files that a kill at any moment leaves whole: written beside and renamed into place. No fsync: a process that dies
// loses nothing, and power failures are not what the sandbox is for.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

let sequence = 0;

export function writeAtomically(path: string, content: string | Buffer, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.${sequence++}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, content, { mode });
  }
  renameSync(temporary, path);
}

/** `undefined` where there is no such file. */
export function readJsonFile<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read`, { cause: error });
  }
}
