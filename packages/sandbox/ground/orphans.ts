// Ends what a killed sandbox left running. Everything a sandbox spawns carries SANDBOX_DIRECTORY in its environment,
// so its processes are known without a list that could be stale.
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, processesWith, processState } from "./processes.ts";

export const DIRECTORY_VARIABLE = "SANDBOX_DIRECTORY";

const DEADLINE_MS = 5_000;

/** Kills and waits until they are gone. Answers how many there were; throws when some outlive it. */
export async function endOrphans(directory: string): Promise<number> {
  const ended = new Set<number>();
  const deadlineAt = Date.now() + DEADLINE_MS;
  for (;;) {
    // Asked anew each round: an orphan may have spawned another one before it died.
    const alive = orphansOf(resolve(directory));
    if (alive.length === 0) return ended.size;
    for (const pid of alive) {
      ended.add(pid);
      kill(pid);
    }
    if (Date.now() > deadlineAt)
      throw new Error(`processes of an earlier sandbox do not end: ${alive.join(", ")}`);
    await sleep(5);
  }
}

function orphansOf(directory: string): number[] {
  const ours = ancestors();
  return processesWith(DIRECTORY_VARIABLE, directory).filter((pid) => !ours.has(pid) && isAlive(pid));
}

/** This process and those above it: a shell that was started with the variable set is no orphan. */
function ancestors(): Set<number> {
  const found = new Set<number>();
  let pid = process.pid;
  while (pid > 1 && !found.has(pid)) {
    found.add(pid);
    pid = processState(pid)?.parent ?? 0;
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
