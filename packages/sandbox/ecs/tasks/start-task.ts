// A task's way up: PROVISIONING, PENDING (images, secrets, processes), ACTIVATING (its targets), RUNNING. What fails on
// the way ends the task with AWS's word for it. Asked to end, it gives up at the next step.
import { constants } from "node:os";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { joinNames, openProxies } from "../connect/beside-task.ts";
import { nameOfService, note } from "../events.ts";
import type { ContainerRecord, Definition, EcsService, Target, Task } from "../model.ts";
import { arnOf, newId } from "../names.ts";
import { type State, saveSoon } from "../state.ts";
import { type ContainerPlan, launchContainer, taskDirectory } from "./container.ts";
import { containerExited, endTask } from "./end-task.ts";
import { startHealthChecks } from "./health-command.ts";
import { pullImage } from "./image.ts";
import { type LiveContainer, type LiveTask, setStatus, TaskFailure } from "./live-task.ts";
import { newInterface, waitForPort } from "./network.ts";
import { makeDisk } from "./own-disk.ts";
import { readSecrets } from "./secrets.ts";
import { register } from "./targets.ts";

const STOP_SECONDS = 30; // API reference, ContainerDefinition stopTimeout

export type TaskRequest = Pick<
  Task,
  | "clusterArn"
  | "group"
  | "startedBy"
  | "serviceArn"
  | "launchType"
  | "capacityProvider"
  | "platformVersion"
  | "instanceArn"
  | "zone"
  | "subnetId"
  | "cpu"
  | "memory"
  | "overrides"
  | "tags"
  | "endpoints"
  | "offers"
  | "volumes"
> & { definition: Definition; targets: (Target & { containerName: string })[] };

/** Answers at once; the rest comes on its own. */
export function startTask(state: State, request: TaskRequest): Task {
  const { definition, targets, ...part } = request;
  const id = newId();
  const cluster = request.clusterArn.slice(request.clusterArn.lastIndexOf("/") + 1);
  const task: Task = {
    ...part,
    ...newInterface(state),
    arn: arnOf(state.platform, "task", cluster, id),
    id,
    definitionArn: definition.arn,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    createdAt: state.platform.now(),
    containers: (definition.input.containerDefinitions ?? []).map((one) =>
      newContainer(state, cluster, id, one),
    ),
    targets: [],
    proven: false,
    version: 1,
  };
  state.tasks.set(task.arn, task);
  const live: LiveTask = {
    task,
    definition,
    containers: [],
    up: Promise.resolve(),
    ending: false,
    proxies: [],
  };
  state.live.set(task.arn, live);
  live.up = bringUp(state, live, targets);
  return task;
}

function newContainer(state: State, cluster: string, id: string, one: ContainerDefinition): ContainerRecord {
  return {
    name: one.name!,
    arn: arnOf(state.platform, "container", cluster, id, newId()),
    image: one.image!,
    lastStatus: "PENDING",
    healthStatus: "UNKNOWN",
  };
}

async function bringUp(state: State, live: LiveTask, targets: Target[]): Promise<void> {
  try {
    setStatus(state, live.task, "PENDING");
    const plans = await prepare(state, live);
    if (live.ending) return;
    await makeDisk(state, live.task);
    if (live.ending) return;
    await openProxies(state, live, taskDirectory(state, live.task));
    for (const plan of plans) {
      if (live.ending) return;
      await startContainer(state, live, plan);
    }
    if (live.ending) return;
    setStatus(state, live.task, "ACTIVATING");
    await activate(state, live, targets);
    if (live.ending) return;
    live.task.startedAt = state.platform.now();
    setStatus(state, live.task, "RUNNING");
    saveSoon(state);
  } catch (error) {
    fail(state, live, error as Error);
  }
}

async function prepare(state: State, { task, definition }: LiveTask): Promise<ContainerPlan[]> {
  const { input } = definition;
  const principal = task.overrides.executionRoleArn ?? input.executionRoleArn ?? "root";
  task.pullStartedAt = state.platform.now();
  const plans = await Promise.all(
    (input.containerDefinitions ?? []).map(async (one, at) => {
      const record = task.containers[at]!;
      const [image, secrets] = await Promise.all([
        pullImage(state, one.image!, principal, input.runtimePlatform).catch((error: Error) => {
          record.reason = `${error.name}: ${error.message}`;
          throw error;
        }),
        readSecrets(state.platform, one.secrets ?? [], principal),
      ]);
      record.imageDigest = image.digest;
      const override = task.overrides.containerOverrides?.find(({ name }) => name === one.name);
      return { definition: one, override, record, image, secrets };
    }),
  );
  task.pullStoppedAt = state.platform.now();
  return plans;
}

async function startContainer(state: State, live: LiveTask, plan: ContainerPlan): Promise<void> {
  const { record, definition, override } = plan;
  const started = await launchContainer(state, live, plan);
  record.runtimeId = `${live.task.id}-${started.group.pid}`;
  record.lastStatus = "RUNNING";
  const container: LiveContainer = {
    record,
    group: started.group,
    essential: definition.essential !== false,
    stopSeconds: definition.stopTimeout ?? STOP_SECONDS,
    stopSignal: stopSignalOf(plan.image.config.StopSignal),
    memoryLimitMib: override?.memory ?? definition.memory,
    outOfMemory: false,
    stopHealthChecks: startHealthChecks(definition.healthCheck, live.task, record, started, () =>
      state.wake(live.task.serviceArn),
    ),
  };
  live.containers.push(container);
  void started.group.exited.then((exit) => containerExited(state, live, container, exit));
}

/** `SIGQUIT`, `QUIT`, `3`; a signal that this machine does not know is SIGTERM. */
function stopSignalOf(text = "SIGTERM"): NodeJS.Signals {
  const byNumber = Object.entries(constants.signals).find(([, number]) => String(number) === text)?.[0];
  const name = byNumber ?? (text.startsWith("SIG") ? text : `SIG${text}`);
  return name in constants.signals ? (name as NodeJS.Signals) : "SIGTERM";
}

async function activate(state: State, live: LiveTask, targets: Target[]): Promise<void> {
  const { task } = live;
  const ports = [...targets.map(({ port }) => port), ...(task.offers ?? []).map((one) => one.containerPort)];
  await Promise.all(
    [...new Set(ports)].map((port) => waitForPort(task.address, port, { up: () => !live.ending })),
  );
  for (const { groupArn, port } of targets) {
    if (live.ending) return;
    await register(state.platform, task, { groupArn, port });
    noteFor(state, task, `registered 1 targets in (target-group ${groupArn})`);
  }
  if (!live.ending) await joinNames(state, task);
}

export function noteFor(state: State, task: Task, what: string): void {
  const service: EcsService | undefined = state.services.get(task.serviceArn ?? "");
  if (service) note(state, service, `${nameOfService(service)} ${what}`);
}

function fail(state: State, live: LiveTask, error: Error): void {
  if (!(error instanceof TaskFailure))
    state.platform.log(`ecs: task ${live.task.id}: ${error.stack ?? error}`);
  const reason = `${error.name}: ${error.message}`;
  for (const container of live.task.containers)
    if (container.lastStatus === "PENDING") {
      container.lastStatus = "STOPPED";
      container.reason ??= reason;
    }
  endTask(state, live.task, { code: "TaskFailedToStart", reason, failed: true });
}
