// What is decided about a unit, as pure functions: whether an exit was clean, whether it is started again, and whether
// it was started too often. systemd.service(5): "Restart=", "SuccessExitStatus="; systemd.unit(5): "StartLimitBurst=".
import { constants } from "node:os";
import type { Exit } from "./process-group.ts";
import type { Unit } from "./unit-file.ts";

export type Result = "success" | "exit-code" | "signal" | "timeout" | "resources" | "start-limit-hit";

export type UnitStatus = {
  active: "inactive" | "activating" | "active" | "deactivating" | "failed";
  sub: "dead" | "start" | "running" | "auto-restart" | "stop-sigterm" | "failed";
  mainPid: number;
  restarts: number;
  result: Result;
  startedAt: number | undefined;
  exitedAt: number | undefined;
  /** How the main process ended, as wait(2) tells it: 1 exited, 2 killed. */
  exitCode: 0 | 1 | 2;
  exitStatus: number;
};

export const UNSTARTED: UnitStatus = {
  active: "inactive",
  sub: "dead",
  mainPid: 0,
  restarts: 0,
  result: "success",
  startedAt: undefined,
  exitedAt: undefined,
  exitCode: 0,
  exitStatus: 0,
};

const CLEAN_SIGNALS = new Set<string>(["SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"]);

export function judgeExit(exit: Exit, unit: Pick<Unit, "successStatuses" | "ignoreFailure">): Result {
  if (unit.ignoreFailure) return "success";
  const { signal, code } = exit;
  if (signal) {
    const named = unit.successStatuses.includes(signal) || unit.successStatuses.includes(signal.slice(3));
    return CLEAN_SIGNALS.has(signal) || named ? "success" : "signal";
  }
  return code === 0 || unit.successStatuses.includes(String(code)) ? "success" : "exit-code";
}

export function exitNumbers(exit: Exit): Pick<UnitStatus, "exitCode" | "exitStatus"> {
  if (exit.signal) return { exitCode: 2, exitStatus: constants.signals[exit.signal] };
  return { exitCode: 1, exitStatus: exit.code ?? 0 };
}

export function startsAgain(policy: Unit["restart"], result: Result): boolean {
  switch (policy) {
    case "no":
      return false;
    case "always":
      return true;
    case "on-failure":
      return result !== "success";
    case "on-success":
      return result === "success";
    case "on-abnormal":
      return result === "signal" || result === "timeout";
    case "on-abort":
      return result === "signal";
  }
}

/** Whether one more start at `now` stays within the limit; `starts` are the instants of the earlier ones. */
export function mayStart(starts: number[], now: number, limit: Unit["startLimit"]): boolean {
  if (limit.burst <= 0 || limit.intervalMilliseconds <= 0) return true;
  return starts.filter((at) => now - at < limit.intervalMilliseconds).length < limit.burst;
}
