// What happens around a start and a stop of the sandbox, and what is forgotten in time.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { killMarked } from "../machines/process-group.ts";
import { closeProxies, leaveNames } from "./connect/beside-task.ts";
import type { Task } from "./model.ts";
import { type State, saveSoon } from "./state.ts";
import { taskMarks } from "./tasks/container.ts";
import { pruneImages } from "./tasks/image.ts";
import { deleteDisk } from "./tasks/own-disk.ts";
import { deregister } from "./tasks/targets.ts";

// Developer guide, "Amazon ECS task lifecycle": stopped tasks are answered for at least an hour.
const STOPPED_MILLISECONDS = 3_600_000;
const SWEEP_MILLISECONDS = 10_000;
const STOP_GRACE_MILLISECONDS = 2_000;

/** The processes of a sandbox that was killed are gone: so are their tasks, and nothing may be sent to them. */
export async function buryTasks(state: State): Promise<void> {
  const lost = [...state.tasks.values()].filter(({ lastStatus }) => lastStatus !== "STOPPED");
  for (const task of lost) {
    for (const target of task.targets) await deregister(state.platform, task, target);
    await leaveNames(state, task);
    await deleteDisk(state, task);
    bury(state, task);
  }
  rmSync(join(state.directory, "tasks"), { recursive: true, force: true });
  for (const service of state.services.values()) service.steady = false;
  saveSoon(state);
}

function bury({ platform }: State, task: Task): void {
  const now = platform.now();
  task.targets = [];
  task.lastStatus = "STOPPED";
  task.desiredStatus = "STOPPED";
  task.stopCode ??= "TerminationNotice";
  task.stoppedReason ??= "The host of the task ended.";
  task.stoppingAt ??= now;
  task.executionStoppedAt ??= now;
  task.stoppedAt = now;
  task.version++;
  for (const container of task.containers) container.lastStatus = "STOPPED";
}

/** Ends every process without touching the records: the next start finds that they are gone. */
export async function endProcesses(state: State): Promise<void> {
  const all = [...state.live.values()];
  for (const live of all) live.ending = true;
  await Promise.all(all.map(({ up }) => up));
  const containers = all.flatMap((live) => live.containers);
  for (const container of containers) container.stopHealthChecks();
  await Promise.all(containers.map(({ group }) => group.end("SIGTERM", STOP_GRACE_MILLISECONDS)));
  await Promise.all(all.map(({ gone }) => gone));
  for (const live of all) closeProxies(live);
  const [any] = all;
  if (!any) return;
  killMarked([`SANDBOX_DIRECTORY=${taskMarks(state, any.task).SANDBOX_DIRECTORY}`, "SANDBOX_MACHINE="]);
}

/** Answers what ends it. */
export function sweepRegularly(state: State): () => void {
  const timer = setInterval(() => sweep(state), SWEEP_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}

export function sweep(state: State): void {
  const { platform } = state;
  const before = platform.now() - Math.max(60_000, STOPPED_MILLISECONDS / platform.timeScale);
  const old = [...state.tasks.values()].filter(({ stoppedAt }) => (stoppedAt ?? Infinity) < before);
  for (const task of old) {
    state.tasks.delete(task.arn);
    rmSync(join(state.directory, "logs", task.id), { recursive: true, force: true });
  }
  if (old.length > 0) saveSoon(state);
  // Never one that a task is being started from: that takes seconds.
  pruneImages(state, before);
}
