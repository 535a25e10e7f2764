// Run Command at work: takes commands to machines, waits for those that are unplugged, and keeps MaxConcurrency and
// MaxErrors. Time on a machine is real; the wait for a machine is divided by the time scale, like every wait.
import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../platform.ts";
import type { CommandHistory } from "./command-history.ts";
import {
  type CommandRecord,
  countOf,
  endInvocation,
  type Invocation,
  isOver,
  tooManyErrors,
} from "./command-record.ts";
import type { Fleet } from "./fleet.ts";
import { runScript, type ScriptEnd } from "./run-script.ts";

export type RunCommand = {
  /** Resolves when the command is remembered; it runs on from there. */
  send(command: CommandRecord): Promise<void>;
  /** No instance named: all of them. */
  cancel(command: CommandRecord, instanceIds: string[]): Promise<void>;
  /** Tells those who wait that machines came or went. */
  machinesChanged(): void;
  stop(): Promise<void>;
};

type Runner = {
  platform: Platform;
  fleet: Fleet;
  history: CommandHistory;
  /** By command and instance: what cancels an invocation under way. */
  cancels: Map<string, AbortController>;
  changed: PromiseWithResolvers<void>;
  stopped: boolean;
};

export function createRunCommand(platform: Platform, fleet: Fleet, history: CommandHistory): RunCommand {
  const runner: Runner = {
    platform,
    fleet,
    history,
    cancels: new Map(),
    changed: Promise.withResolvers<void>(),
    stopped: false,
  };
  return {
    send: async (command) => {
      await history.add(command);
      runAll(runner, command).catch((error: Error) => platform.log(`ssm: ${error.message}`));
    },
    cancel: (command, instanceIds) => cancel(runner, command, instanceIds),
    machinesChanged: () => {
      runner.changed.resolve();
      runner.changed = Promise.withResolvers<void>();
    },
    stop: async () => {
      runner.stopped = true;
      runner.changed.resolve();
      const open = history.all().filter((command) => !command.invocations.every(isOver));
      await Promise.all(open.map(history.save));
    },
  };
}

async function runAll(runner: Runner, command: CommandRecord): Promise<void> {
  const waiting = [...command.invocations];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await runOne(runner, command, next);
  };
  const workers = Math.min(countOf(command.maxConcurrency, waiting.length, 1), waiting.length);
  await Promise.all(Array.from({ length: workers }, worker));
}

async function runOne(runner: Runner, command: CommandRecord, invocation: Invocation): Promise<void> {
  const { history, platform, cancels } = runner;
  if (isOver(invocation) || runner.stopped) return;
  const key = `${command.id}/${invocation.instanceId}`;
  const controller = new AbortController();
  cancels.set(key, controller);
  try {
    if (tooManyErrors(command)) endInvocation(invocation, platform.now(), "Cancelled", "Terminated");
    else await deliver(runner, command, invocation, controller.signal);
  } catch (error) {
    const stderr = (error as Error).message;
    endInvocation(invocation, platform.now(), "Failed", "Failed", { responseCode: 1, stderr });
  } finally {
    cancels.delete(key);
  }
  // After a stop the invocation stays as it was, for the next start to see that it was interrupted.
  if (!runner.stopped) await history.save(command);
}

async function deliver(
  runner: Runner,
  command: CommandRecord,
  invocation: Invocation,
  cancelled: AbortSignal,
): Promise<void> {
  const { platform, fleet } = runner;
  const { instanceId } = invocation;
  const patience = (command.timeoutSeconds * 1_000) / platform.timeScale;
  const finish = (...how: EndOf) => endInvocation(invocation, platform.now(), ...how);
  if (!(await reachable(runner, instanceId, patience, cancelled))) {
    if (!runner.stopped) finish(...(cancelled.aborted ? CANCELLED : DELIVERY_TIMED_OUT));
    return;
  }
  Object.assign(invocation, { status: "InProgress", statusDetails: "InProgress", startedAt: platform.now() });
  const result = await runScript(fleet.machine(instanceId), requestOf(command), cancelled);
  // An unplugged machine's answer comes when it is plugged in again, or never.
  const heard = await reachable(runner, instanceId, patience, cancelled);
  if (runner.stopped) return;
  if (!heard && !cancelled.aborted) return finish("TimedOut", "Undeliverable");
  const { stdout, stderr, exitCode } = result;
  finish(...endOf(result), { stdout, stderr, responseCode: exitCode });
}

/** Waits for the machine; `false` when the time is over, the command cancelled or the sandbox stopped. */
async function reachable(
  runner: Runner,
  id: string,
  patience: number,
  cancelled: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + patience;
  while (true) {
    const record = runner.fleet.record(id);
    if (record?.online && record.running) return true;
    const left = until - performance.now();
    if (left <= 0 || cancelled.aborted || runner.stopped) return false;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, cancelled]);
    await Promise.race([
      runner.changed.promise,
      sleep(left, undefined, { signal, ref: false }).catch(() => {}),
    ]);
    over.abort();
  }
}

async function cancel(runner: Runner, command: CommandRecord, instanceIds: string[]): Promise<void> {
  const now = runner.platform.now();
  if (instanceIds.length === 0) command.cancelledAt = now;
  for (const invocation of command.invocations) {
    const wanted = instanceIds.length === 0 || instanceIds.includes(invocation.instanceId);
    if (!wanted || isOver(invocation)) continue;
    const running = runner.cancels.get(`${command.id}/${invocation.instanceId}`);
    if (running) {
      Object.assign(invocation, { status: "Cancelling", statusDetails: "Cancelling" });
      running.abort();
    } else {
      endInvocation(invocation, now, ...CANCELLED);
    }
  }
  await runner.history.save(command);
}

type EndOf = [
  status: Invocation["status"],
  details: string,
  more?: { stdout?: string; stderr?: string; responseCode?: number },
];
const CANCELLED: [Invocation["status"], string] = ["Cancelled", "Cancelled"];
const DELIVERY_TIMED_OUT: [Invocation["status"], string] = ["TimedOut", "DeliveryTimedOut"];

function endOf({ outcome, exitCode }: ScriptEnd): [Invocation["status"], string] {
  if (outcome === "cancelled") return CANCELLED;
  if (outcome === "timedOut") return ["TimedOut", "ExecutionTimedOut"];
  return exitCode === 0 ? ["Success", "Success"] : ["Failed", "Failed"];
}

function requestOf({ parameters }: CommandRecord) {
  return {
    commands: parameters.commands ?? [],
    workingDirectory: parameters.workingDirectory?.[0] || undefined,
    executionSeconds: Number(parameters.executionTimeout?.[0] ?? 3_600),
  };
}
