// A container: a real process in a copy of the image's root, with the environment that ECS gives it.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs";
import { type Mounts, mounted } from "../../ground/mounts.ts";
import { nodeOptions } from "../../machines/environment.ts";
import { createJournal } from "../../machines/journal.ts";
import { launch, type ProcessGroup } from "../../machines/process-group.ts";
import { hostsBind } from "../connect/beside-task.ts";
import type { ContainerRecord, Task } from "../model.ts";
import type { State } from "../state.ts";
import { agentVariables } from "./agent-server.ts";
import { cannotStart, commandLine, resolveCommand, searchPath } from "./command-line.ts";
import type { UnpackedImage } from "./image.ts";
import type { LiveTask } from "./live-task.ts";
import { bindsOf } from "./volumes.ts";

const run = promisify(execFile);

export type ContainerPlan = {
  definition: ContainerDefinition;
  override: ContainerOverride | undefined;
  record: ContainerRecord;
  image: UnpackedImage;
  secrets: Record<string, string>;
};

export type Started = { group: ProcessGroup; env: Record<string, string>; cwd: string };

export function taskDirectory(state: State, task: Task): string {
  return join(state.directory, "tasks", task.id);
}

export async function launchContainer(state: State, live: LiveTask, plan: ContainerPlan): Promise<Started> {
  const { definition, override, image, record } = plan;
  const directory = join(taskDirectory(state, live.task), record.name);
  const root = join(directory, "root");
  mkdirSync(directory, { recursive: true });
  // So that a `"type": "module"` of a folder above never reaches what runs here.
  writeFileSync(join(directory, "package.json"), "{}\n");
  await run("cp", ["-a", "--reflink=auto", image.root, root]);
  const env = environmentOf(state, live, plan, root);
  const cwd = join(root, definition.workingDirectory ?? (image.config.WorkingDir || "/"));
  mkdirSync(cwd, { recursive: true });
  const words = commandLine(image.config, {
    entryPoint: definition.entryPoint,
    command: override?.command?.length ? override.command : definition.command,
  });
  const binds = [...bindsOf(state, live, definition), ...hostsBind(live)];
  const argv = withMounts(resolveCommand(words, root, env.PATH!), {
    binds,
    scratch: join(directory, "mounts"),
    cwd,
  });
  const group = await start(argv, cwd, env);
  const journal = createJournal(join(state.directory, "logs", live.task.id), record.name, live.task.id);
  for (const stream of [group.child.stdout, group.child.stderr])
    if (stream) journal.follow(stream, record.name);
  return { group, env, cwd };
}

function withMounts(argv: string[], mounts: Mounts): string[] {
  try {
    return mounted(argv, mounts);
  } catch (error) {
    throw cannotStart((error as Error).message, error);
  }
}

async function start(argv: string[], cwd: string, env: Record<string, string>): Promise<ProcessGroup> {
  try {
    return await launch({ argv, cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw cannotStart((error as Error).message, error);
  }
}

function environmentOf(
  state: State,
  live: LiveTask,
  plan: ContainerPlan,
  root: string,
): Record<string, string> {
  const { platform } = state;
  const { task } = live;
  const image = Object.fromEntries((plan.image.config.Env ?? []).map(splitPair));
  const pairs = [...(plan.definition.environment ?? []), ...(plan.override?.environment ?? [])];
  const own = Object.fromEntries(pairs.map(({ name, value }) => [name!, value ?? ""]));
  const merged: Record<string, string> = { ...image, ...own, ...plan.secrets };
  return {
    HOME: root,
    HOSTNAME: `ip-${task.address.replaceAll(".", "-")}.ec2.internal`,
    ...agentVariables(state, live, plan.record.name),
    AWS_REGION: platform.region,
    AWS_DEFAULT_REGION: platform.region,
    AWS_ENDPOINT_URL: platform.endpoint,
    AWS_EXECUTION_ENV: `AWS_ECS_${task.launchType}`,
    ...merged,
    PATH: searchPath(merged.PATH, root),
    ...taskMarks(state, task),
    NODE_OPTIONS: nodeOptions(merged.NODE_OPTIONS),
  };
}

/** By which what a task started is found again, and its address. */
export function taskMarks(state: State, task: Task): Record<string, string> {
  return {
    HOST: task.address,
    SANDBOX_DIRECTORY: resolve(state.platform.directory),
    SANDBOX_MACHINE: `ecs-${task.id}`,
  };
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
}
