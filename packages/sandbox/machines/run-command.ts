// Run Command at work: takes commands to machines, waits for those that are unplugged, keeps MaxConcurrency and
// MaxErrors, and remembers. A command that was under way when the sandbox ended is Failed at its next start: its
// processes were ended with it.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonFile, readJson } from "../json-file.ts";
import type { Platform } from "../platform.ts";
import { type CommandRecord, countOf, type Invocation, isOver, tooManyErrors } from "./command-record.ts";
import type { Fleet } from "./fleet.ts";
import { runScript, type ScriptEnd } from "./run-script.ts";

/** AWS keeps the history for 30 days; here the newest are kept. */
const MAX_KEPT = 1_000;

export type RunCommand = {
  find(id: string): CommandRecord | undefined;
  /** Newest first. */
  all(): CommandRecord[];
  send(command: CommandRecord): Promise<void>;
  cancel(id: string, instanceIds: string[]): void;
  /** Tells those who wait that machines came or went. */
  machinesChanged(): void;
  stop(): Promise<void>;
};

export function createRunCommand(platform: Platform, fleet: Fleet): RunCommand {
  const directory = join(platform.directory, "ssm", "commands");
  mkdirSync(directory, { recursive: true });
  const commands = new Map<string, CommandRecord>();
  const cancels = new Map<string, AbortController>();
  const files = new Map<string, ReturnType<typeof jsonFile<CommandRecord>>>();
  let changed = Promise.withResolvers<void>();
  for (const command of loadAll(directory)) commands.set(command.id, command);
  for (const command of commands.values()) endInterrupted(command);

  function save(command: CommandRecord): Promise<void> {
    const file = files.get(command.id) ?? jsonFile<CommandRecord>(join(directory, `${command.id}.json`));
    files.set(command.id, file);
    return file.save(() => command);
  }

  function endInterrupted(command: CommandRecord): void {
    const cut = command.invocations.filter((invocation) => !isOver(invocation));
    for (const invocation of cut)
      end(invocation, "Failed", "Undeliverable", {
        stderr: "The agent was restarted while the command ran.",
      });
    if (cut.length > 0) void save(command);
  }

  function end(
    invocation: Invocation,
    status: Invocation["status"],
    details: string,
    more: { stdout?: string; stderr?: string; responseCode?: number } = {},
  ): void {
    Object.assign(invocation, { status, statusDetails: details, endedAt: platform.now(), ...more });
  }

  async function send(command: CommandRecord): Promise<void> {
    commands.set(command.id, command);
    forgetOldest();
    await save(command);
    void runAll(command);
  }

  function forgetOldest(): void {
    for (const id of [...commands.keys()].slice(0, Math.max(0, commands.size - MAX_KEPT))) {
      if (!commands.get(id)!.invocations.every(isOver)) continue;
      commands.delete(id);
      files.delete(id);
      rmSync(join(directory, `${id}.json`), { force: true });
    }
  }

  async function runAll(command: CommandRecord): Promise<void> {
    const waiting = [...command.invocations];
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await runOne(command, next);
    };
    const workers = countOf(command.maxConcurrency, waiting.length, 1);
    await Promise.all(Array.from({ length: Math.min(workers, waiting.length) }, worker));
    if (stopped) return;
    await save(command);
    files.delete(command.id);
  }

  async function runOne(command: CommandRecord, invocation: Invocation): Promise<void> {
    if (isOver(invocation)) return;
    if (tooManyErrors(command)) return end(invocation, "Cancelled", "Terminated");
    const key = `${command.id}/${invocation.instanceId}`;
    const cancel = new AbortController();
    cancels.set(key, cancel);
    try {
      await deliver(command, invocation, cancel.signal);
    } catch (error) {
      end(invocation, "Failed", "Failed", { responseCode: 1, stderr: (error as Error).message });
    } finally {
      cancels.delete(key);
    }
    if (!stopped) await save(command);
  }

  async function deliver(command: CommandRecord, invocation: Invocation, cancel: AbortSignal): Promise<void> {
    // The delivery time-out is a wait, so the time scale shortens it; what runs on a machine runs in real time.
    const patience = (command.timeoutSeconds * 1_000) / platform.timeScale;
    if (!(await reachable(invocation.instanceId, patience, cancel)))
      return cancel.aborted
        ? end(invocation, "Cancelled", "Cancelled")
        : end(invocation, "TimedOut", "DeliveryTimedOut");
    Object.assign(invocation, {
      status: "InProgress",
      statusDetails: "InProgress",
      startedAt: platform.now(),
    });
    const result = await runScript(fleet.machine(invocation.instanceId), requestOf(command), cancel);
    if (stopped) return;
    // An unplugged machine's answer comes when it is plugged in again, or never.
    if (!(await reachable(invocation.instanceId, patience, cancel)))
      return end(invocation, "TimedOut", "Undeliverable");
    const [status, details] =
      ENDS[result.outcome === "exited" && result.exitCode !== 0 ? "failed" : result.outcome];
    end(invocation, status, details, {
      stdout: result.stdout,
      stderr: result.stderr,
      responseCode: result.exitCode,
    });
  }

  /** Waits for the machine; `false` when the time is over or the command cancelled. */
  async function reachable(id: string, patience: number, cancel: AbortSignal): Promise<boolean> {
    const until = performance.now() + patience;
    while (true) {
      const record = fleet.record(id);
      if (record?.online && record.running) return true;
      const left = until - performance.now();
      if (left <= 0 || cancel.aborted || stopped) return false;
      const over = new AbortController();
      const signal = AbortSignal.any([over.signal, cancel]);
      await Promise.race([changed.promise, sleep(left, undefined, { signal, ref: false }).catch(() => {})]);
      over.abort();
    }
  }

  function cancel(id: string, instanceIds: string[]): void {
    const command = commands.get(id)!;
    const wanted = command.invocations.filter(
      (one) => !isOver(one) && (instanceIds.length === 0 || instanceIds.includes(one.instanceId)),
    );
    if (instanceIds.length === 0) command.cancelledAt = platform.now();
    for (const invocation of wanted) {
      const running = cancels.get(`${id}/${invocation.instanceId}`);
      if (!running) {
        end(invocation, "Cancelled", "Cancelled");
        continue;
      }
      Object.assign(invocation, { status: "Cancelling", statusDetails: "Cancelling" });
      running.abort();
    }
    void save(command);
  }

  let stopped = false;
  return {
    find: (id) => commands.get(id),
    all: () => [...commands.values()].reverse(),
    send,
    cancel,
    machinesChanged() {
      changed.resolve();
      changed = Promise.withResolvers<void>();
    },
    async stop() {
      stopped = true;
      changed.resolve();
      await Promise.all([...commands.values()].filter((one) => !one.invocations.every(isOver)).map(save));
    },
  };
}

const ENDS: Record<ScriptEnd["outcome"] | "failed", [Invocation["status"], string]> = {
  exited: ["Success", "Success"],
  failed: ["Failed", "Failed"],
  timedOut: ["TimedOut", "ExecutionTimedOut"],
  cancelled: ["Cancelled", "Cancelled"],
};

function requestOf({ parameters }: CommandRecord) {
  return {
    commands: parameters.commands ?? [],
    workingDirectory: parameters.workingDirectory?.[0] || undefined,
    executionSeconds: Number(parameters.executionTimeout?.[0] ?? 3_600),
  };
}

function loadAll(directory: string): CommandRecord[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readJson<CommandRecord>(join(directory, name))!)
    .sort((a, b) => a.requestedAt - b.requestedAt);
}
