// A small JSON document on disk, written whole: temp file + rename, so that a kill at any moment leaves the old or
// the new one. Saves that come while one is being written share the next write.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readJsonFile } from "./ground/files.ts";

export type JsonFile<T> = {
  /** `undefined` where there is no such file. */
  read(): T | undefined;
  /** Resolves when a state at least as new as now is on disk. `take` is called at the moment of writing. */
  save(take: () => T): Promise<void>;
};

/** Mode 0600: what a service remembers may be secret. */
export function jsonFile<T>(path: string): JsonFile<T> {
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function write(take: () => T): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify(take()), { mode: 0o600 });
    await rename(temporary, path);
  }

  function save(take: () => T): Promise<void> {
    if (writing) {
      next ??= writing.then(
        () => again(take),
        () => again(take),
      );
      return next;
    }
    writing = write(take).finally(() => {
      writing = undefined;
    });
    return writing;
  }

  function again(take: () => T): Promise<void> {
    next = undefined;
    return save(take);
  }

  return { read: () => readJsonFile<T>(path), save };
}
