// How the tasks of a service are, as its scheduler sees them: their processes, their own health checks and what the load
// balancer says, read anew for each pass.
import type { EcsService, Task } from "../model.ts";
import { isWanted, type State, tasksOf } from "../state.ts";
import { type FoundHealth, readHealth, targetKey } from "../tasks/targets.ts";
import { deploymentOf } from "./failures.ts";
import type { Standing } from "./plan.ts";

/** For this long a process without any check must have run to count as healthy. */
const SETTLED_MILLISECONDS = 500;

export type SeenTask = Standing & { task: Task; why?: string; event?: string };

type Health = Map<string, Map<string, FoundHealth["health"]>>;

/** What the load balancer says, by target group and target. */
export async function readTargets(state: State, service: EcsService): Promise<Health> {
  const tasks = tasksOf(state, service).filter(isWanted);
  const groups = [...new Set(tasks.flatMap(({ targets }) => targets.map(({ groupArn }) => groupArn)))];
  const found = await Promise.all(groups.map((arn) => readHealth(state.platform, arn)));
  return new Map(groups.map((arn, at) => [arn, new Map(found[at]!.map(({ key, health }) => [key, health]))]));
}

export function seeTasks(state: State, service: EcsService, health: Health): SeenTask[] {
  const keeper = keeperOf(service);
  const source = sourceOf(service);
  return tasksOf(state, service)
    .filter(isWanted)
    .map((task) => ({
      task,
      id: task.arn,
      zone: task.zone,
      createdAt: task.createdAt,
      current: isCurrent(state, service, task, keeper?.id),
      source: source !== undefined && task.startedBy === source.id && !isOnDraining(state, task),
      ...judge(state, service, task, health),
    }));
}

/** Which deployment's tasks are started: the primary one's; where it has failed, those of the one before it. */
export function keeperOf(service: EcsService) {
  const [primary, ...others] = service.deployments;
  if (primary?.rolloutState !== "FAILED") return primary;
  return others.find(({ everCompleted }) => everCompleted);
}

/** The completed deployment that is being replaced. */
export function sourceOf(service: EcsService) {
  const [primary, ...others] = service.deployments;
  return primary?.rolloutState === "IN_PROGRESS"
    ? others.find(({ everCompleted }) => everCompleted)
    : undefined;
}

function isOnDraining(state: State, task: Task): boolean {
  return state.instances.get(task.instanceArn ?? "")?.status === "DRAINING";
}

function isCurrent(state: State, service: EcsService, task: Task, keeperId: string | undefined): boolean {
  if (isOnDraining(state, task)) return false;
  // A deployment that failed without a rollback stays where it is, beside what was there before.
  return service.deployments[0]?.rolloutState === "FAILED" || task.startedBy === keeperId;
}

type Judged = Pick<SeenTask, "state" | "why" | "event">;

function judge(state: State, service: EcsService, task: Task, health: Health): Judged {
  if (task.lastStatus !== "RUNNING") return { state: "starting" };
  const own = judgeContainers(state, service, task);
  const byTarget = task.targets.map((target): Judged => {
    const found = health.get(target.groupArn)?.get(targetKey(task.address, target.port));
    if (found?.State === "healthy") return { state: "healthy" };
    if (found?.State !== "unhealthy" || inGrace(state, service, task)) return { state: "unproven" };
    return {
      state: "unhealthy",
      why: `Task failed ELB health checks in (target-group ${target.groupArn})`,
      event: `(port ${target.port}) is unhealthy in (target-group ${target.groupArn}) due to (reason ${found.Description})`,
    };
  });
  const all = [...own, ...byTarget];
  if (all.length === 0) return { state: hasSettled(state, task) ? "healthy" : "unproven" };
  return (
    all.find((one) => one.state === "unhealthy") ??
    all.find((one) => one.state === "unproven") ?? { state: "healthy" }
  );
}

function judgeContainers(state: State, service: EcsService, task: Task): Judged[] {
  const definition = state.definitions.get(task.definitionArn)?.input;
  const checked = (definition?.containerDefinitions ?? []).filter(
    ({ healthCheck, essential }) => essential !== false && healthCheck && healthCheck.command?.[0] !== "NONE",
  );
  return checked.map(({ name }): Judged => {
    const status = task.containers.find((one) => one.name === name)?.healthStatus;
    if (status === "HEALTHY") return { state: "healthy" };
    if (status !== "UNHEALTHY" || inGrace(state, service, task)) return { state: "unproven" };
    return {
      state: "unhealthy",
      why: "Task failed container health checks",
      event: `(task ${task.id}) failed container health checks.`,
    };
  });
}

function inGrace({ platform }: State, { settings }: EcsService, task: Task): boolean {
  return platform.now() - (task.startedAt ?? 0) < settings.gracePeriodSeconds * 1_000;
}

function hasSettled({ platform }: State, task: Task): boolean {
  return platform.now() - (task.startedAt ?? 0) >= SETTLED_MILLISECONDS;
}

/** A task that is healthy for the first time clears its deployment's failures. */
export function firstHealthy(service: EcsService, seen: SeenTask[]) {
  const fresh = seen.filter(({ state, task }) => state === "healthy" && !task.proven);
  for (const { task } of fresh) task.proven = true;
  return [...new Set(fresh.map(({ task }) => deploymentOf(service, task)))].filter(
    (one) => one !== undefined,
  );
}
