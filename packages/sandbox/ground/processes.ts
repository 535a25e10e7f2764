// What /proc tells of processes: alive (a zombie is not), started when, with which environment.
import { readdirSync, readFileSync } from "node:fs";

export type ProcessState = { state: string; parent: number; startedTicks: string };

/** `undefined` when there is no such process. */
export function processState(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name is in parentheses and may hold anything: fields are counted after the last one (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, parent: Number(fields[1]), startedTicks: fields[19]! };
  } catch {
    return undefined;
  }
}

/** Dead processes that nobody has waited for yet stay visible as zombies for a while: they do not count. */
export function isAlive(pid: number): boolean {
  const found = processState(pid);
  return found !== undefined && found.state !== "Z" && found.state !== "X";
}

export function processesWith(variable: string, value: string): number[] {
  const wanted = `${variable}=${value}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(wanted));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // Gone in between, or another user's.
    return [];
  }
}
