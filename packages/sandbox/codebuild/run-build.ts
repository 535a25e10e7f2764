// Takes one build through its phases, in CodeBuild's order ("Build phase transitions" in the User Guide): after a failed
// install or pre_build comes the end, after a failed build comes post_build. Every change is written at once; whatever
// happens, the build ends.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type * as codebuild from "@aws-sdk/client-codebuild";
import type { Platform } from "../platform.ts";
import { type BuildShell, openBuildShell } from "./build-shell.ts";
import { type Buildspec, PHASES, type PhaseName, type PhaseSpec, parseBuildspec } from "./buildspec.ts";
import { type Build, s3LogOf } from "./model.ts";
import { fetchSource } from "./source.ts";
import {
  closeWorkspace,
  endStrays,
  environmentOf,
  note,
  openWorkspace,
  type Workspace,
  workspaceOf,
} from "./workspace.ts";

/** Why a build was cut short, as the signal's reason. */
export type Cut = { status: codebuild.StatusType; message: string };

export type Running = {
  platform: Platform;
  registryUrl: string;
  build: Build;
  save(build: Build): void;
  signal: AbortSignal;
};

type Failure = { statusCode: string; message: string };
type PhaseType = codebuild.BuildPhaseType;

const PHASE_TYPES: Record<PhaseName, PhaseType> = {
  install: "INSTALL",
  pre_build: "PRE_BUILD",
  build: "BUILD",
  post_build: "POST_BUILD",
};

/** Never rejects. */
export async function runBuild(running: Running): Promise<void> {
  const workspace = workspaceOf(running.platform, running.build);
  openWorkspace(workspace);
  const status = await obeyUntilCut(running, workspace).catch((error: Error) => {
    running.platform.log(`codebuild: ${running.build.id}: ${error.stack ?? error}`);
    return "FAULT" as const;
  });
  await phase(running, "FINALIZING", () => finalize(running, workspace));
  end(running, status);
}

async function obeyUntilCut(running: Running, workspace: Workspace): Promise<codebuild.StatusType> {
  for (const type of ["QUEUED", "PROVISIONING"] as const) await phase(running, type, async () => undefined);
  let spec: Buildspec | undefined;
  const fetched = await phase(running, "DOWNLOAD_SOURCE", async () => {
    try {
      await fetchSource(running.platform, running.build, workspace.source);
    } catch (error) {
      return { statusCode: "CLIENT_ERROR", message: (error as Error).message };
    }
    try {
      spec = parseBuildspec(buildspecText(running.build, workspace));
    } catch (error) {
      return { statusCode: "YAML_FILE_ERROR", message: (error as Error).message };
    }
    return undefined;
  });
  if (!fetched || !spec) return cutOf(running)?.status ?? "FAILED";
  const variables = environmentOf(
    running.platform,
    running.build,
    workspace,
    spec.variables,
    running.registryUrl,
  );
  const { commands: directory, source: cwd, log } = workspace;
  const shell = openBuildShell({ directory, cwd, env: variables, log });
  const endShell = () => void shell.end();
  running.signal.addEventListener("abort", endShell, { once: true });
  try {
    const succeeding = await runPhases(running, spec, shell, workspace);
    return cutOf(running)?.status ?? (succeeding ? "SUCCEEDED" : "FAILED");
  } finally {
    running.signal.removeEventListener("abort", endShell);
    await shell.end();
    endStrays(running.platform, running.build);
  }
}

async function runPhases(
  running: Running,
  spec: Buildspec,
  shell: BuildShell,
  workspace: Workspace,
): Promise<boolean> {
  let succeeding = true;
  for (const name of PHASES) {
    const commands = spec.phases[name];
    await shell.run(`export CODEBUILD_BUILD_SUCCEEDING=${succeeding ? 1 : 0}`);
    const done = await phase(running, PHASE_TYPES[name], async () =>
      commands ? obey(running, commands, shell, workspace) : undefined,
    );
    if (done) continue;
    succeeding = false;
    const goesOn =
      commands?.onFailure === "CONTINUE" || (name === "build" && commands?.onFailure !== "ABORT");
    if (!goesOn || cutOf(running)) return false;
  }
  await phase(running, "UPLOAD_ARTIFACTS", async () => {
    running.build = { ...running.build, exported: await exportedBy(spec, shell, workspace) };
    return undefined;
  });
  return succeeding;
}

/** The first command that fails ends the list; what `finally` says is done all the same. */
async function obey(
  running: Running,
  spec: PhaseSpec,
  shell: BuildShell,
  { log }: Workspace,
): Promise<Failure | undefined> {
  const failure = await runCommands(running, spec.commands, shell, log);
  const last = await runCommands(running, spec.finally, shell, log);
  return failure ?? last;
}

async function runCommands(
  running: Running,
  commands: string[],
  shell: BuildShell,
  log: string,
): Promise<Failure | undefined> {
  for (const command of commands) {
    if (running.signal.aborted) return undefined;
    note(log, running.platform.now(), `Running command ${command.trim()}`);
    const status = await shell.run(command);
    if (status === 0) continue;
    const message = `Error while executing command: ${command.trim()}. Reason: exit status ${status}`;
    note(
      log,
      running.platform.now(),
      `Command did not exit successfully ${command.trim()} exit status ${status}`,
    );
    return { statusCode: "COMMAND_EXECUTION_ERROR", message };
  }
  return undefined;
}

async function exportedBy({ exported }: Buildspec, shell: BuildShell, { commands }: Workspace) {
  const values: codebuild.ExportedEnvironmentVariable[] = [];
  for (const name of exported) {
    const file = join(commands, "exported");
    writeFileSync(file, "");
    await shell.run(`printf '%s' "$${name}" >'${file}'`);
    values.push({ name, value: readFileSync(file, "utf8") });
  }
  return values;
}

function buildspecText({ source }: Build, workspace: Workspace): string {
  if (source.buildspec?.includes("\n")) return source.buildspec;
  const path = join(workspace.source, source.buildspec || "buildspec.yml");
  if (!existsSync(path)) throw new Error(`stat ${path}: no such file or directory`);
  return readFileSync(path, "utf8");
}

/** Answers whether it succeeded. A failure after a cut is the cut's. */
async function phase(
  running: Running,
  phaseType: PhaseType,
  work: () => Promise<Failure | undefined>,
): Promise<boolean> {
  const { platform, save } = running;
  const startTime = platform.now();
  const before = running.build.phases;
  running.build = { ...running.build, phases: [...before, { phaseType, startTime }] };
  save(running.build);
  const failure = await work();
  const cut = phaseType === "FINALIZING" ? undefined : cutOf(running);
  const phaseStatus = cut?.status ?? (failure ? "FAILED" : "SUCCEEDED");
  const context = cut ? { statusCode: "", message: cut.message } : failure;
  const contexts = context ? [context] : undefined;
  const ended = { phaseType, startTime, endTime: platform.now(), phaseStatus, contexts };
  running.build = { ...running.build, phases: [...before, ended] };
  save(running.build);
  const { log } = workspaceOf(platform, running.build);
  note(log, platform.now(), `Phase complete: ${phaseType} State: ${phaseStatus}`);
  if (context)
    note(log, platform.now(), `Phase context status code: ${context.statusCode} Message: ${context.message}`);
  return phaseStatus === "SUCCEEDED";
}

function cutOf({ signal }: Running): Cut | undefined {
  return signal.aborted ? (signal.reason as Cut) : undefined;
}

async function finalize(running: Running, workspace: Workspace): Promise<Failure | undefined> {
  closeWorkspace(workspace);
  const where = s3LogOf(running.build);
  if (!where) return undefined;
  try {
    const Body = gzipSync(readFileSync(workspace.log));
    await running.platform.call("s3", "PutObject", { ...where, Body }, running.build.serviceRole);
    return undefined;
  } catch (error) {
    return { statusCode: "CLIENT_ERROR", message: `Unable to upload the log: ${(error as Error).message}` };
  }
}

function end(running: Running, status: codebuild.StatusType): void {
  const endTime = running.platform.now();
  const completed = { phaseType: "COMPLETED" as const, startTime: endTime };
  running.save({ ...running.build, status, endTime, phases: [...running.build.phases, completed] });
}
