// A build's own folder and environment. Nothing of the sandbox's own environment gets in; every process carries the mark
// by which a later sandbox finds and ends what a killed one left. Variables: "Environment variables in build
// environments" in the CodeBuild User Guide.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DIRECTORY_VARIABLE } from "../ground/orphans.ts";
import { killMarked } from "../machines/process-group.ts";
import type { Platform } from "../platform.ts";
import type { Build } from "./model.ts";

export type Workspace = { folder: string; source: string; home: string; commands: string; log: string };

export function workspaceOf(platform: Platform, build: Build): Workspace {
  const folder = join(platform.directory, "codebuild", "work", build.id.replace(":", "_"));
  return {
    folder,
    source: join(folder, "src"),
    home: join(folder, "home"),
    commands: join(folder, "commands"),
    log: join(platform.directory, "codebuild", "logs", `${build.id.replace(":", "_")}.log`),
  };
}

export function openWorkspace({ folder, source, home, commands, log }: Workspace): void {
  for (const one of [source, home, commands, dirname(log)]) mkdirSync(one, { recursive: true });
  // So that a `"type": "module"` of a folder above never reaches what runs here.
  writeFileSync(join(folder, "package.json"), "{}\n");
}

export function closeWorkspace({ folder }: Workspace): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A line of CodeBuild's own. */
export function note(log: string, now: number, text: string): void {
  const at = new Date(now).toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/");
  appendFileSync(log, `[Container] ${at} ${text}\n`);
}

export function environmentOf(
  platform: Platform,
  build: Build,
  workspace: Workspace,
  variables: Record<string, string>,
  registryUrl: string,
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = platform.credentialsOf(build.serviceRole);
  return {
    ...variables,
    ...Object.fromEntries(
      (build.environment.environmentVariables ?? []).map((one) => [one.name, one.value ?? ""]),
    ),
    PATH: [standInsOf(platform), dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: workspace.home,
    TMPDIR: workspace.commands,
    LANG: "C.UTF-8",
    AWS_REGION: platform.region,
    AWS_DEFAULT_REGION: platform.region,
    AWS_ENDPOINT_URL: platform.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment.image ?? "",
    CODEBUILD_BUILD_NUMBER: String(build.number),
    CODEBUILD_INITIATOR: build.initiator,
    CODEBUILD_SRC_DIR: workspace.source,
    CODEBUILD_START_TIME: String(build.startTime),
    SANDBOX_PRIVILEGED: build.environment.privilegedMode ? "1" : "0",
    SANDBOX_REGISTRY_URL: registryUrl,
    ...marksOf(platform, build),
  };
}

function marksOf(platform: Platform, build: Build): Record<string, string> {
  return { [DIRECTORY_VARIABLE]: platform.directory, SANDBOX_BUILD: build.id };
}

/** What left the shell's process group as well: nothing outlives its build. */
export function endStrays(platform: Platform, build: Build): void {
  killMarked(Object.entries(marksOf(platform, build)).map(([name, value]) => `${name}=${value}`));
}

function standInsOf(platform: Platform): string {
  return join(platform.directory, "codebuild", "bin");
}

/** The commands that a build finds first on its PATH; once at the sandbox's start. */
export function writeStandIns(platform: Platform): void {
  mkdirSync(standInsOf(platform), { recursive: true });
  for (const name of ["docker", "aws"]) {
    const program = fileURLToPath(new URL(`../docker/${name}.ts`, import.meta.url));
    // Each start would compile the same modules again.
    const cache = join(platform.directory, "codebuild", "compiled");
    const script = `#!/bin/sh\nNODE_COMPILE_CACHE="${cache}" exec "${process.execPath}" "${program}" "$@"\n`;
    writeFileSync(join(standInsOf(platform), name), script, { mode: 0o755 });
  }
}
