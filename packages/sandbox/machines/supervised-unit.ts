// One unit under supervision: start and stop as jobs that come one after the other, and restarts by its own policy in
// between. A stop always wins: it cancels a restart that is due and waits until the whole process group is gone.

import { setTimeout as sleep } from "node:timers/promises";
import type { MachineFacts } from "./environment.ts";
import type { Journal } from "./journal.ts";
import type { Exit, ProcessGroup } from "./process-group.ts";
import type { Unit } from "./unit-file.ts";
import { LaunchError, launchUnit, programName } from "./unit-launch.ts";
import {
  exitNumbers,
  judgeExit,
  mayStart,
  type Result,
  startsAgain,
  UNSTARTED,
  type UnitStatus,
} from "./unit-state.ts";

export type JobOutcome = { ok: true } | { ok: false; reason: string };

export type SupervisedUnit = {
  name: string;
  status(): UnitStatus;
  /** `load` is called when a process is about to start, so that the newest definition counts. */
  start(): Promise<JobOutcome>;
  stop(graceMilliseconds?: number): Promise<void>;
  restart(): Promise<JobOutcome>;
  kill(signal: NodeJS.Signals, whom: "main" | "all"): boolean;
  resetFailed(): void;
};

export type UnitContext = { machine: MachineFacts; journal: Journal; load(): Unit };

/** How long the journal waits for the last lines of a process that is gone, where a child of it holds the pipe. */
const LAST_WORDS_MILLISECONDS = 200;
const FAILED = "the control process exited with error code";

export function superviseUnit(name: string, { machine, journal, load }: UnitContext): SupervisedUnit {
  let status: UnitStatus = UNSTARTED;
  let unit: Unit | undefined;
  let group: ProcessGroup | undefined;
  let over: Promise<void> = Promise.resolve();
  let restartTimer: NodeJS.Timeout | undefined;
  let starts: number[] = [];
  let stopping = false;
  let jobs: Promise<unknown> = Promise.resolve();

  const change = (part: Partial<UnitStatus>) => {
    status = { ...status, ...part };
  };
  const say = (line: string) => journal.write("systemd[1]", `${name}: ${line}`);

  function job<T>(run: () => Promise<T>): Promise<T> {
    const done = jobs.then(run);
    jobs = done.catch(() => {});
    return done;
  }

  async function start(): Promise<JobOutcome> {
    if (status.active === "active") return { ok: true };
    clearTimeout(restartTimer);
    unit = load();
    if (!mayStart(starts, Date.now(), unit.startLimit)) return hitStartLimit();
    change({ restarts: 0 });
    return launchMain(unit);
  }

  function hitStartLimit(): JobOutcome {
    say("Start request repeated too quickly.");
    say("Failed with result 'start-limit-hit'.");
    change({ active: "failed", sub: "failed", result: "start-limit-hit", mainPid: 0 });
    return { ok: false, reason: "start of the service was attempted too often" };
  }

  async function launchMain(definition: Unit): Promise<JobOutcome> {
    const now = Date.now();
    starts = [...starts.filter((at) => now - at < definition.startLimit.intervalMilliseconds), now];
    change({
      active: "activating",
      sub: "start",
      result: "success",
      exitCode: 0,
      exitStatus: 0,
      startedAt: now,
    });
    try {
      group = await launchUnit(definition, name, machine);
    } catch (error) {
      return failedLaunch(error, definition);
    }
    change({ active: "active", sub: "running", mainPid: group.pid });
    const source = `${programName(definition)}[${group.pid}]`;
    if (group.child.stdout) journal.follow(group.child.stdout, source);
    if (group.child.stderr) journal.follow(group.child.stderr, source);
    journal.write("systemd[1]", `Started ${name} - ${definition.description}.`);
    over = watch(group, definition);
    return { ok: true };
  }

  function failedLaunch(error: unknown, definition: Unit): JobOutcome {
    const at = error instanceof LaunchError ? error.status : 203;
    say(error instanceof Error ? error.message : String(error));
    if (at === 0) {
      ended("resources", definition);
      return { ok: false, reason: "of unavailable resources or another system error" };
    }
    change({ exitCode: 1, exitStatus: at, exitedAt: Date.now() });
    ended("exit-code", definition);
    return definition.type === "exec" ? { ok: false, reason: FAILED } : { ok: true };
  }

  async function watch(running: ProcessGroup, definition: Unit): Promise<void> {
    const exit = await running.exited;
    if (!stopping && running.alive()) await running.end(definition.killSignal, definition.stopMilliseconds);
    await Promise.race([running.closed, sleep(LAST_WORDS_MILLISECONDS, undefined, { ref: false })]);
    recordExit(exit);
    if (!stopping) ended(judgeExit(exit, definition), definition);
  }

  function recordExit(exit: Exit): void {
    change({ ...exitNumbers(exit), exitedAt: Date.now(), mainPid: 0 });
    const how = exit.signal ? `killed, status=${exit.signal.slice(3)}` : `exited, status=${exit.code}`;
    say(`Main process exited, code=${how}`);
  }

  /** The main process is gone and nobody asked for it. */
  function ended(result: Result, definition: Unit): void {
    if (result !== "success") say(`Failed with result '${result}'.`);
    change({ result, mainPid: 0 });
    if (stopping || !startsAgain(definition.restart, result)) return rest(result);
    change({ active: "activating", sub: "auto-restart" });
    restartTimer = setTimeout(() => void job(restartByPolicy), definition.restartMilliseconds);
  }

  async function restartByPolicy(): Promise<void> {
    if (status.sub !== "auto-restart" || stopping || !unit) return;
    if (!mayStart(starts, Date.now(), unit.startLimit)) {
      hitStartLimit();
      return;
    }
    change({ restarts: status.restarts + 1 });
    say(`Scheduled restart job, restart counter is at ${status.restarts}.`);
    await launchMain(unit);
  }

  function rest(result: Result): void {
    const failed = result !== "success";
    change({ active: failed ? "failed" : "inactive", sub: failed ? "failed" : "dead", mainPid: 0 });
  }

  async function stop(graceMilliseconds?: number): Promise<void> {
    stopping = true;
    try {
      clearTimeout(restartTimer);
      if (status.sub === "auto-restart") rest("success");
      if (status.active === "active" && group && unit) await stopMain(group, unit, graceMilliseconds);
    } finally {
      stopping = false;
    }
  }

  async function stopMain(running: ProcessGroup, definition: Unit, grace?: number): Promise<void> {
    change({ active: "deactivating", sub: "stop-sigterm" });
    if (definition.killMode !== "control-group") running.signal(definition.killSignal, "main");
    const patience = grace ?? definition.stopMilliseconds;
    const killed =
      definition.killMode === "control-group"
        ? await running.end(definition.killSignal, patience)
        : await endMainFirst(running, patience);
    await over;
    if (killed) say(`State 'stop-sigterm' timed out. Killing.`);
    const result = killed ? "timeout" : judgeExit(await running.exited, definition);
    if (result !== "success") say(`Failed with result '${result}'.`);
    change({ result });
    rest(result);
    journal.write("systemd[1]", `Stopped ${name} - ${definition.description}.`);
  }

  return {
    name,
    status: () => status,
    start: () => job(start),
    stop: (grace) => {
      clearTimeout(restartTimer);
      return job(() => stop(grace));
    },
    restart: () =>
      job(async () => {
        await stop();
        return start();
      }),
    kill(signal, whom) {
      if (status.active !== "active" || !group) return false;
      group.signal(signal, whom);
      return true;
    },
    resetFailed() {
      starts = [];
      if (status.active === "failed")
        change({ active: "inactive", sub: "dead", result: "success", restarts: 0 });
    },
  };
}

/** KillMode=mixed and process: the main process gets the signal, the rest of the group is killed when it is gone. */
async function endMainFirst(running: ProcessGroup, graceMilliseconds: number): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, graceMilliseconds, true).unref());
  const timedOut = await Promise.race([running.exited.then(() => false), late]);
  if (running.alive()) running.signal("SIGKILL");
  await running.exited;
  return timedOut;
}
