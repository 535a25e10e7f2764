// A real process and everything it starts, as one process group that is signalled and ended together, the way a
// control group is on a real host. Node's own children are reaped by Node; orphans of the group may stay as zombies
// where PID 1 does not reap, so they do not count as alive.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Launch = {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  stdio?: StdioOptions;
};

export type ProcessGroup = {
  /** Of the leader, and the group's id. */
  pid: number;
  child: ChildProcess;
  /** When the leader has exited; the others may still run. */
  exited: Promise<Exit>;
  /** When its output has been read to the end as well. */
  closed: Promise<void>;
  signal(signal: NodeJS.Signals, whom?: "main" | "all"): void;
  alive(): boolean;
  /** Signals the group, kills what is left after the grace. `true` where killing was needed. */
  end(signal: NodeJS.Signals, graceMilliseconds: number): Promise<boolean>;
};

/** Rejects where the process cannot be started (no such program, no such directory). */
export async function launch({ argv, cwd, env, stdio }: Launch): Promise<ProcessGroup> {
  const child = spawn(argv[0]!, argv.slice(1), { cwd, env, stdio: stdio ?? "ignore", detached: true });
  const exited = new Promise<Exit>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", () => {});
  return groupOf(child, exited, closed);
}

function groupOf(child: ChildProcess, exited: Promise<Exit>, closed: Promise<void>): ProcessGroup {
  const pid = child.pid!;
  let leaderGone = false;
  void exited.then(() => {
    leaderGone = true;
  });
  // Between the leader's end and its being reaped the kernel still knows it; Node tells of it a moment later.
  const alive = () => !leaderGone || groupLives(pid);
  const signal: ProcessGroup["signal"] = (name, whom = "all") => {
    if (whom === "main" && leaderGone) return;
    send(whom === "main" ? pid : -pid, name);
  };
  return {
    pid,
    child,
    exited,
    closed,
    signal,
    alive,
    end: (name, grace) => end({ signal, alive }, name, grace),
  };
}

async function end(
  group: Pick<ProcessGroup, "signal" | "alive">,
  signal: NodeJS.Signals,
  graceMilliseconds: number,
): Promise<boolean> {
  if (!group.alive()) return false;
  group.signal(signal);
  group.signal("SIGCONT");
  if (await gone(group, graceMilliseconds)) return false;
  group.signal("SIGKILL");
  await gone(group, 5_000);
  return true;
}

async function gone(group: Pick<ProcessGroup, "alive">, withinMilliseconds: number): Promise<boolean> {
  const until = performance.now() + withinMilliseconds;
  for (let pause = 2; group.alive(); pause = Math.min(pause * 2, 50)) {
    const left = until - performance.now();
    if (left <= 0) return false;
    await sleep(Math.min(pause, left));
  }
  return true;
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function groupLives(id: number): boolean {
  return send(-id, 0) && processIds().some((pid) => isLiveMember(pid, id));
}

function isLiveMember(pid: string, groupId: number): boolean {
  // proc_pid_stat(5): after the name in parentheses come state, parent and group.
  const stat = readProcFile(pid, "stat");
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(group) === groupId && state !== "Z" && state !== "X";
}

/** Kills every process that has all these in its environment, in a group or not (what called setsid). A mark that ends in `=` fits any value. */
export function killMarked(marks: string[]): void {
  for (const pid of processIds()) {
    if (Number(pid) === process.pid) continue;
    const environment = `\0${readProcFile(pid, "environ")}`;
    const has = (mark: string) => environment.includes(mark.endsWith("=") ? `\0${mark}` : `\0${mark}\0`);
    if (marks.every(has)) send(Number(pid), "SIGKILL");
  }
}

function processIds(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function readProcFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
