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
  start(): Promise<JobOutcome>;
  stop(graceMilliseconds?: number): Promise<void>;
  restart(): Promise<JobOutcome>;
  kill(signal: NodeJS.Signals, whom: "main" | "all"): boolean;
  resetFailed(): void;
};

/** `load` is called when a process is about to start, so that the newest definition counts. */
export type UnitContext = { machine: MachineFacts; journal: Journal; load(): Unit };

type Supervision = UnitContext & {
  name: string;
  status: UnitStatus;
  unit: Unit | undefined;
  group: ProcessGroup | undefined;
  /** When the process that ran last is gone and its end recorded. */
  over: Promise<void>;
  restartTimer: NodeJS.Timeout | undefined;
  /** Instants of the last starts, for the start limit. */
  starts: number[];
  stopping: boolean;
  jobs: Promise<unknown>;
};

const FAILED = "the control process exited with error code";
/** How long the journal waits for the last lines of a process that is gone, where a child of it holds the pipe. */
const LAST_WORDS_MILLISECONDS = 200;

export function superviseUnit(name: string, context: UnitContext): SupervisedUnit {
  const self: Supervision = {
    ...context,
    name,
    status: UNSTARTED,
    unit: undefined,
    group: undefined,
    over: Promise.resolve(),
    restartTimer: undefined,
    starts: [],
    stopping: false,
    jobs: Promise.resolve(),
  };
  return {
    name,
    status: () => self.status,
    start: () => queue(self, () => start(self)),
    stop: (grace) => {
      clearTimeout(self.restartTimer);
      return queue(self, () => stop(self, grace));
    },
    restart: () =>
      queue(self, async () => {
        await stop(self);
        return start(self);
      }),
    kill: (signal, whom) => {
      if (self.status.active !== "active" || !self.group) return false;
      self.group.signal(signal, whom);
      return true;
    },
    resetFailed: () => {
      self.starts = [];
      if (self.status.active === "failed") self.status = UNSTARTED;
    },
  };
}

function queue<T>(self: Supervision, run: () => Promise<T>): Promise<T> {
  const done = self.jobs.then(run);
  self.jobs = done.catch(() => {});
  return done;
}

function change(self: Supervision, part: Partial<UnitStatus>): void {
  self.status = { ...self.status, ...part };
}

function say(self: Supervision, line: string): void {
  self.journal.write("systemd[1]", `${self.name}: ${line}`);
}

async function start(self: Supervision): Promise<JobOutcome> {
  if (self.status.active === "active") return { ok: true };
  clearTimeout(self.restartTimer);
  self.unit = self.load();
  if (!mayStart(self.starts, Date.now(), self.unit.startLimit)) return hitStartLimit(self);
  change(self, { restarts: 0 });
  return launchMain(self, self.unit);
}

function hitStartLimit(self: Supervision): JobOutcome {
  say(self, "Start request repeated too quickly.");
  say(self, "Failed with result 'start-limit-hit'.");
  change(self, { active: "failed", sub: "failed", result: "start-limit-hit", mainPid: 0 });
  return { ok: false, reason: "start of the service was attempted too often" };
}

async function launchMain(self: Supervision, unit: Unit): Promise<JobOutcome> {
  const now = Date.now();
  self.starts = [...self.starts.filter((at) => now - at < unit.startLimit.intervalMilliseconds), now];
  const fresh = { result: "success", exitCode: 0, exitStatus: 0, startedAt: now } as const;
  change(self, { active: "activating", sub: "start", ...fresh });
  try {
    const follow = (group: ProcessGroup) => listen(self, group, `${self.name}[${group.pid}]`);
    self.group = await launchUnit(unit, self.name, self.machine, follow);
  } catch (error) {
    return failedLaunch(self, error, unit);
  }
  change(self, { active: "active", sub: "running", mainPid: self.group.pid });
  listen(self, self.group, `${programName(unit)}[${self.group.pid}]`);
  self.journal.write("systemd[1]", `Started ${self.name} - ${unit.description}.`);
  self.over = watch(self, self.group, unit);
  return { ok: true };
}

function listen({ journal }: Supervision, { child }: ProcessGroup, source: string): void {
  for (const stream of [child.stdout, child.stderr]) if (stream) journal.follow(stream, source);
}

/** A process that could not run has failed as if it had exited at once; without any process it is a lack of resources. */
function failedLaunch(self: Supervision, error: unknown, unit: Unit): JobOutcome {
  const exitStatus = error instanceof LaunchError ? error.status : 203;
  say(self, error instanceof Error ? error.message : String(error));
  if (exitStatus === 0) {
    ended(self, "resources", unit);
    return { ok: false, reason: "of unavailable resources or another system error" };
  }
  change(self, { exitCode: 1, exitStatus, exitedAt: Date.now() });
  ended(self, "exit-code", unit);
  return unit.type === "exec" ? { ok: false, reason: FAILED } : { ok: true };
}

async function watch(self: Supervision, group: ProcessGroup, unit: Unit): Promise<void> {
  const exit = await group.exited;
  if (!self.stopping && group.alive()) await group.end(unit.killSignal, unit.stopMilliseconds);
  await Promise.race([group.closed, sleep(LAST_WORDS_MILLISECONDS, undefined, { ref: false })]);
  recordExit(self, exit);
  if (!self.stopping) ended(self, judgeExit(exit, unit), unit);
}

function recordExit(self: Supervision, exit: Exit): void {
  change(self, { ...exitNumbers(exit), exitedAt: Date.now(), mainPid: 0 });
  const how = exit.signal ? `killed, status=${exit.signal.slice(3)}` : `exited, status=${exit.code}`;
  say(self, `Main process exited, code=${how}`);
}

/** The main process is gone and nobody asked for it. */
function ended(self: Supervision, result: Result, unit: Unit): void {
  if (result !== "success") say(self, `Failed with result '${result}'.`);
  change(self, { result, mainPid: 0 });
  if (self.stopping || !startsAgain(unit.restart, result)) {
    rest(self, result);
    return;
  }
  change(self, { active: "activating", sub: "auto-restart" });
  self.restartTimer = setTimeout(
    () => void queue(self, () => restartByPolicy(self)),
    unit.restartMilliseconds,
  );
}

async function restartByPolicy(self: Supervision): Promise<void> {
  const { unit } = self;
  if (self.status.sub !== "auto-restart" || !unit) return;
  if (!mayStart(self.starts, Date.now(), unit.startLimit)) {
    hitStartLimit(self);
    return;
  }
  change(self, { restarts: self.status.restarts + 1 });
  say(self, `Scheduled restart job, restart counter is at ${self.status.restarts}.`);
  await launchMain(self, unit);
}

function rest(self: Supervision, result: Result): void {
  const failed = result !== "success";
  change(self, { active: failed ? "failed" : "inactive", sub: failed ? "failed" : "dead", mainPid: 0 });
}

async function stop(self: Supervision, graceMilliseconds?: number): Promise<void> {
  self.stopping = true;
  try {
    clearTimeout(self.restartTimer);
    if (self.status.sub === "auto-restart") rest(self, "success");
    if (self.status.active === "active" && self.group && self.unit)
      await stopMain(self, self.group, self.unit, graceMilliseconds);
  } finally {
    self.stopping = false;
  }
}

async function stopMain(self: Supervision, group: ProcessGroup, unit: Unit, grace?: number): Promise<void> {
  change(self, { active: "deactivating", sub: "stop-sigterm" });
  const killed = await endGroup(group, unit, grace ?? unit.stopMilliseconds);
  await self.over;
  if (killed) say(self, "State 'stop-sigterm' timed out. Killing.");
  const result = killed ? "timeout" : judgeExit(await group.exited, unit);
  if (result !== "success") say(self, `Failed with result '${result}'.`);
  change(self, { result });
  rest(self, result);
  self.journal.write("systemd[1]", `Stopped ${self.name} - ${unit.description}.`);
}

/** systemd.kill(5) "KillMode=": the whole group is asked, or the main process alone and the rest killed after it. */
async function endGroup(group: ProcessGroup, unit: Unit, graceMilliseconds: number): Promise<boolean> {
  if (unit.killMode === "control-group") return group.end(unit.killSignal, graceMilliseconds);
  group.signal(unit.killSignal, "main");
  const late = sleep(graceMilliseconds, true, { ref: false });
  const timedOut = await Promise.race([group.exited.then(() => false), late]);
  if (group.alive()) group.signal("SIGKILL");
  await group.exited;
  return timedOut;
}
