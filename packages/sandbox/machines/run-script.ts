// Runs one shell script on a machine the way the agent of Systems Manager does: written to a file, run by sh (or by its
// own #! line), output to files so that a background process that keeps them open delays nothing.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import { type Machine, STOP_GRACE_MILLISECONDS } from "./machine.ts";
import type { ProcessGroup } from "./process-group.ts";

export type ScriptRequest = {
  commands: string[];
  workingDirectory: string | undefined;
  executionSeconds: number;
};

export type ScriptEnd = {
  outcome: "exited" | "timedOut" | "cancelled";
  exitCode: number;
  stdout: string;
  stderr: string;
};

/** The agent's exit code of a command that it stopped before its end. */
const STOPPED_EARLY = 137;
// GetCommandInvocation answers the first 24,000 characters of the output and the first 8,000 of the errors.
const MAX_STDOUT_CHARACTERS = 24_000;
const MAX_STDERR_CHARACTERS = 8_000;
const MAX_TIMER_SECONDS = 2_000_000;

/** Resolves with the end of the script, whatever it was. Aborting the signal cancels it. */
export async function runScript(
  machine: Machine,
  request: ScriptRequest,
  signal: AbortSignal,
): Promise<ScriptEnd> {
  const directory = join(machine.directory, "var", "lib", "amazon", "ssm", randomUUID());
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const script = join(directory, "_script.sh");
  writeFileSync(script, `${request.commands.join("\n")}\n`, { mode: 0o700 });
  const outputs = [
    openSync(join(directory, "stdout"), "wx+"),
    openSync(join(directory, "stderr"), "wx+"),
  ] as const;
  try {
    return await runFile(machine, script, request, outputs, signal);
  } finally {
    for (const output of outputs) closeSync(output);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runFile(
  machine: Machine,
  script: string,
  request: ScriptRequest,
  [stdout, stderr]: readonly [number, number],
  signal: AbortSignal,
): Promise<ScriptEnd> {
  const cwd = directoryOf(machine, request.workingDirectory);
  if (!existsSync(cwd) || !statSync(cwd).isDirectory())
    return {
      outcome: "exited",
      exitCode: 1,
      stdout: "",
      stderr: `failed to run commands: chdir ${cwd}: no such directory`,
    };
  const group = await machine.spawn({
    argv: ["/bin/sh", "-c", '"$0"', script],
    cwd,
    stdio: ["ignore", stdout, stderr],
  });
  const { outcome, exitCode } = await waitFor(group, request.executionSeconds, signal);
  const errors = readStart(stderr, MAX_STDERR_CHARACTERS);
  return {
    outcome,
    exitCode,
    stdout: readStart(stdout, MAX_STDOUT_CHARACTERS),
    stderr:
      exitCode === 0 ? errors : `${errors}${failure(outcome, exitCode)}`.slice(0, MAX_STDERR_CHARACTERS),
  };
}

function failure(outcome: ScriptEnd["outcome"], exitCode: number): string {
  if (outcome === "timedOut") return "\ncommand timed out: the execution timeout has passed";
  if (outcome === "cancelled") return "\ncommand cancelled";
  return `\nfailed to run commands: exit status ${exitCode}`;
}

async function waitFor(
  group: ProcessGroup,
  executionSeconds: number,
  signal: AbortSignal,
): Promise<Pick<ScriptEnd, "outcome" | "exitCode">> {
  let outcome: ScriptEnd["outcome"] = "exited";
  const stop = (why: ScriptEnd["outcome"]) => {
    outcome = why;
    void group.end("SIGTERM", STOP_GRACE_MILLISECONDS);
  };
  const timer = setTimeout(stop, Math.min(executionSeconds, MAX_TIMER_SECONDS) * 1_000, "timedOut");
  const cancel = () => stop("cancelled");
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const exit = await group.exited;
  clearTimeout(timer);
  signal.removeEventListener("abort", cancel);
  if (outcome !== "exited") return { outcome, exitCode: STOPPED_EARLY };
  return { outcome, exitCode: exit.code ?? STOPPED_EARLY };
}

function directoryOf(machine: Machine, wanted: string | undefined): string {
  if (!wanted) return machine.directory;
  return isAbsolute(wanted) ? wanted : join(machine.directory, wanted);
}

function readStart(file: number, maxCharacters: number): string {
  const buffer = Buffer.alloc(maxCharacters * 4);
  const read = readSync(file, buffer, 0, buffer.length, 0);
  const text = buffer.toString("utf8", 0, read);
  return text.length > maxCharacters ? text.slice(0, maxCharacters) : text;
}
