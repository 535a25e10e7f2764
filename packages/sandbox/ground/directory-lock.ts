// One sandbox per state directory. The lock names its process by id and start time, so that one left by a killed
// sandbox is known to be stale even when the id is in use again.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processState } from "./processes.ts";

export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // So that no `type: module` of a folder above reaches the apps that are unpacked in here.
  writeFileSync(join(directory, "package.json"), "{}\n");
  const path = join(directory, "lock");
  const mine = join(directory, `lock.${process.pid}`);
  const content = `${process.pid} ${processState(process.pid)?.startedTicks ?? ""}\n`;
  writeFileSync(mine, content);
  try {
    for (let attempt = 0; !tryLink(mine, path); attempt++) {
      const holder = holderOf(path);
      if (holder || attempt > 10)
        throw new Error(`${directory} is in use by another sandbox (process ${holder ?? "unknown"})`);
      removeStale(path);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readText(path) === content) rmSync(path, { force: true });
  };
}

/** A link, unlike a write, fails where there is one already: two that start together cannot both have it. */
function tryLink(from: string, path: string): boolean {
  try {
    linkSync(from, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function holderOf(path: string): number | undefined {
  const [pid, startedTicks] = readText(path).trim().split(" ");
  const alive = isAlive(Number(pid)) && processState(Number(pid))?.startedTicks === startedTicks;
  return alive ? Number(pid) : undefined;
}

function removeStale(path: string): void {
  try {
    renameSync(path, `${path}.stale`);
    rmSync(`${path}.stale`, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
