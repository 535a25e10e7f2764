// One look at a service: how its tasks are, what is to be started and stopped, and where its deployments stand. What is
// decided is done at once; what comes of it is seen by the next pass.
import { forgetNames } from "../connect/names.ts";
import { nameOfService, note, noteOnce } from "../events.ts";
import type { Deployment, EcsService, Task } from "../model.ts";
import { type State, saveSoon, tasksOf } from "../state.ts";
import { endTask } from "../tasks/end-task.ts";
import { addFailure, forgiveFailures } from "./failures.ts";
import { launchForService, taskList } from "./launch.ts";
import { type Plan, planTasks } from "./plan.ts";
import { settle, watchFailures } from "./rollout.ts";
import { firstHealthy, keeperOf, readTargets, type SeenTask, seeTasks, sourceOf } from "./standing.ts";

const BUSY_MILLISECONDS = 60;
const STEADY_MILLISECONDS = 300;
const PLACEMENT_PAUSE_MILLISECONDS = 1_000;
const IMPAIRED_FAILURES = 3;

/** Answers in how many milliseconds to look again, if nothing happens before. */
export async function passOver(state: State, service: EcsService): Promise<number> {
  const health = await readTargets(state, service);
  if (state.stopped) return STEADY_MILLISECONDS;
  watchFailures(state, service);
  const seen = seeTasks(state, service, health);
  for (const deployment of firstHealthy(service, seen))
    forgiveFailures(deployment, service.settings.circuitBreaker);
  const primary = service.deployments[0];
  const { minimumHealthyPercent, maximumPercent } = service.settings;
  const plan = planTasks(seen, {
    desired: service.desiredCount,
    minimumHealthyPercent,
    maximumPercent,
    rollingOut: primary?.rolloutState === "IN_PROGRESS",
    replacing: isReplacing(service),
  });
  // What's New, November 2025: tasks that end during a rolling deployment are replaced by the revision they belong to.
  const startedOld = startTasks(state, service, sourceOf(service), plan.startOld);
  const started = startedOld + startTasks(state, service, keeperOf(service), plan.start);
  const stopped = stopTasks(state, service, seen, plan.stop);
  const acted = started + stopped > 0;
  if (isStuck(service, seen, plan)) noteOnce(state, service, `${nameOfService(service)} ${STUCK}`);
  if (service.status === "DRAINING") {
    finish(state, service);
    return BUSY_MILLISECONDS;
  }
  const steady = !acted && settle(state, service, seen);
  if (steady && !service.steady)
    note(state, service, `${nameOfService(service)} has reached a steady state.`);
  if (acted || steady !== service.steady) saveSoon(state);
  service.steady = steady;
  return nextLook(state, service);
}

/** An old revision that crashes again and again must not keep the room of the one that puts it right. */
function isReplacing(service: EcsService): boolean {
  const source = sourceOf(service);
  return source !== undefined && source.failuresInRow < 2;
}

const STUCK =
  "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";

/** All is healthy, more of the new revision is wanted, and the limits let nothing start or stop. */
function isStuck(service: EcsService, seen: SeenTask[], plan: Plan): boolean {
  const nothing = plan.start + plan.startOld + plan.stop.length === 0;
  const current = seen.filter((task) => task.current).length;
  const rollingOut = service.deployments[0]?.rolloutState === "IN_PROGRESS";
  return (
    nothing && rollingOut && current < service.desiredCount && seen.every((task) => task.state === "healthy")
  );
}

function nextLook({ platform }: State, service: EcsService): number {
  const keeper = keeperOf(service);
  if (service.steady || !keeper) return STEADY_MILLISECONDS;
  const pause = keeper.retryAt - platform.now();
  return Math.min(Math.max(pause, BUSY_MILLISECONDS), STEADY_MILLISECONDS);
}

function startTasks(
  state: State,
  service: EcsService,
  deployment: Deployment | undefined,
  count: number,
): number {
  if (count === 0 || !deployment || state.platform.now() < deployment.retryAt) return 0;
  const started: Task[] = [];
  while (started.length < count) {
    const task = launchForService(state, service, deployment);
    if (!task) {
      placementFailed(state, service, deployment);
      break;
    }
    started.push(task);
  }
  if (deployment.failuresInRow >= IMPAIRED_FAILURES)
    noteOnce(
      state,
      service,
      `${nameOfService(service)} is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
  if (started.length > 0)
    note(
      state,
      service,
      `${nameOfService(service)} has started ${started.length} tasks: ${taskList(started)}.`,
    );
  return started.length;
}

/** It counts as a failed task, unless room is about to be made: something of the service is on its way out. */
function placementFailed(state: State, service: EcsService, deployment: Deployment): void {
  const leaving = tasksOf(state, service).some(
    (task) => task.desiredStatus === "STOPPED" && task.lastStatus !== "STOPPED",
  );
  const now = state.platform.now();
  if (leaving) return;
  addFailure(deployment, now);
  deployment.retryAt = now + PLACEMENT_PAUSE_MILLISECONDS;
}

function stopTasks(
  state: State,
  service: EcsService,
  seen: SeenTask[],
  wanted: { id: string; unhealthy: boolean }[],
): number {
  const scaled: Task[] = [];
  for (const { id, unhealthy } of wanted) {
    const { task, why, event } = seen.find((one) => one.id === id)!;
    if (unhealthy && event) note(state, service, `${nameOfService(service)} ${event}`);
    const reason =
      unhealthy && why ? why : `Scaling activity initiated by (deployment ${service.deployments[0]?.id})`;
    endTask(state, task, { code: "ServiceSchedulerInitiated", reason, failed: unhealthy });
    scaled.push(task);
  }
  if (scaled.length > 0)
    note(
      state,
      service,
      `${nameOfService(service)} has stopped ${scaled.length} running tasks: ${taskList(scaled)}.`,
    );
  return scaled.length;
}

/** A deleted service is gone when its last task has stopped. */
function finish(state: State, service: EcsService): void {
  if (tasksOf(state, service).some(({ lastStatus }) => lastStatus !== "STOPPED")) return;
  service.status = "INACTIVE";
  service.closedAt = state.platform.now();
  service.deployments = [];
  forgetNames(state, service);
  saveSoon(state);
}
