// A task's way down: DEACTIVATING (out of the load balancer, until what is in flight is answered), STOPPING (SIGTERM,
// after stopTimeout SIGKILL), DEPROVISIONING, STOPPED. The first reason to end it is the one that is remembered.
import { rmSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exit, killMarked } from "../../machines/process-group.ts";
import { closeProxies, leaveNames } from "../connect/beside-task.ts";
import { nameOfService, note } from "../events.ts";
import type { StopCode, Task } from "../model.ts";
import { countFailure } from "../scheduler/failures.ts";
import { type State, saveSoon } from "../state.ts";
import { taskDirectory, taskMarks } from "./container.ts";
import { type LiveContainer, type LiveTask, setStatus } from "./live-task.ts";
import { deleteDisk } from "./own-disk.ts";
import { deregister, drained } from "./targets.ts";

export type End = {
  code: StopCode;
  reason: string;
  /** It counts against its deployment. */
  failed: boolean;
};

/** Idempotent: one that is ending already ends as it was told first. */
export function endTask(state: State, task: Task, end: End): void {
  const live = state.live.get(task.arn);
  if (!live || live.ending) return;
  live.ending = true;
  task.desiredStatus = "STOPPED";
  task.stopCode = end.code;
  task.stoppedReason = end.reason;
  if (end.failed) countFailure(state, task);
  live.gone = takeDown(state, live).catch((error: Error) =>
    state.platform.log(`ecs: task ${task.id} does not end: ${error.stack ?? error}`),
  );
  saveSoon(state);
  state.wake(task.serviceArn);
}

async function takeDown(state: State, live: LiveTask): Promise<void> {
  const { task } = live;
  await live.up;
  task.stoppingAt = state.platform.now();
  await leaveNames(state, task);
  await leaveTargets(state, live);
  // The processes are ended with the sandbox, and the next one finds the records as they are.
  if (state.stopped) return;
  setStatus(state, task, "STOPPING");
  for (const container of live.containers) container.stopHealthChecks();
  await Promise.all(live.containers.map(stopContainer));
  closeProxies(live);
  if (state.stopped) return;
  task.executionStoppedAt = state.platform.now();
  setStatus(state, task, "DEPROVISIONING");
  const { SANDBOX_DIRECTORY, SANDBOX_MACHINE } = taskMarks(state, task);
  killMarked([`SANDBOX_DIRECTORY=${SANDBOX_DIRECTORY}`, `SANDBOX_MACHINE=${SANDBOX_MACHINE}`]);
  rmSync(taskDirectory(state, task), { recursive: true, force: true });
  await deleteDisk(state, task);
  task.stoppedAt = state.platform.now();
  for (const container of task.containers) container.lastStatus = "STOPPED";
  state.live.delete(task.arn);
  setStatus(state, task, "STOPPED");
  saveSoon(state);
}

/** As Docker stops one: the signal goes to the first process alone, and with its end all others are killed. */
async function stopContainer({ group, stopSignal, stopSeconds }: LiveContainer): Promise<void> {
  group.signal(stopSignal, "main");
  const patience = new AbortController();
  const late = sleep(stopSeconds * 1_000, undefined, { signal: patience.signal, ref: false });
  await Promise.race([group.exited, late.catch(() => {})]);
  patience.abort();
  await group.end("SIGKILL", 0);
  await group.exited;
}

async function leaveTargets(state: State, { task, containers }: LiveTask): Promise<void> {
  if (task.targets.length === 0) return;
  setStatus(state, task, "DEACTIVATING");
  const service = state.services.get(task.serviceArn ?? "");
  for (const target of task.targets) {
    await deregister(state.platform, task, target);
    if (service) {
      note(
        state,
        service,
        `${nameOfService(service)} deregistered 1 targets in (target-group ${target.groupArn})`,
      );
      note(state, service, `${nameOfService(service)} has begun draining connections on 1 tasks.`);
    }
  }
  // What has no process any more has nothing left to answer.
  if (containers.some(({ record }) => record.lastStatus === "RUNNING"))
    await Promise.all(task.targets.map((target) => drained(state, task, target)));
  task.targets = [];
}

const OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";

export function containerExited(state: State, live: LiveTask, container: LiveContainer, exit: Exit): void {
  const { record } = container;
  container.stopHealthChecks();
  record.lastStatus = "STOPPED";
  record.exitCode = exit.code ?? 128 + (exit.signal ? constants.signals[exit.signal] : 0);
  if (container.outOfMemory) record.reason = OUT_OF_MEMORY;
  const allOver = live.task.containers.every(({ lastStatus }) => lastStatus === "STOPPED");
  if (state.stopped || (!container.essential && !allOver)) return;
  endTask(state, live.task, {
    code: "EssentialContainerExited",
    reason: "Essential container in task exited",
    failed: true,
  });
}
