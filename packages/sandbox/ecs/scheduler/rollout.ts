// The life of deployments: a new one becomes PRIMARY, completes when only its tasks are left and all of them are
// healthy, fails when the circuit breaker trips, and is rolled back to the last one that completed.
import { offersOf } from "../connect/model.ts";
import { forgetNames } from "../connect/names.ts";
import { endpointsFor } from "../connect/reach.ts";
import { nameOfService, note } from "../events.ts";
import type { Deployment, EcsService, Revision, Rollout } from "../model.ts";
import { newNumber } from "../names.ts";
import { type State, tasksOf } from "../state.ts";
import { thresholdOf } from "./failures.ts";
import type { SeenTask } from "./standing.ts";

const KEPT_ROLLOUTS = 50;

export function newDeployment(state: State, service: EcsService, revision: Revision): void {
  const now = state.platform.now();
  const number = newNumber();
  const id = `ecs-svc/${number}`;
  const sourceNumbers = service.deployments.map((one) => one.number);
  for (const one of service.deployments) one.status = "ACTIVE";
  for (const rollout of service.rollouts) if (isOpen(rollout)) close(rollout, "STOPPED", now);
  service.deployments.unshift({
    id,
    number,
    status: "PRIMARY",
    revision,
    createdAt: now,
    updatedAt: now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    failuresInRow: 0,
    retryAt: 0,
    everCompleted: false,
    ...(revision.connect?.namespaceArn ? { endpoints: endpointsFor(state, service, revision) } : {}),
  });
  const names = offersOf(revision.connect).map(({ discoveryArn }) => discoveryArn);
  service.names = [...new Set([...(service.names ?? []), ...names])];
  service.rollouts.unshift({
    number,
    deploymentId: id,
    revision,
    sourceNumbers,
    status: "IN_PROGRESS",
    createdAt: now,
    updatedAt: now,
    failureCount: 0,
  });
  service.rollouts.length = Math.min(service.rollouts.length, KEPT_ROLLOUTS);
  tell(state, service, service.deployments[0]!, "SERVICE_DEPLOYMENT_IN_PROGRESS");
  service.steady = false;
}

/** Developer guide, "Amazon ECS service deployment state change events". */
function tell({ platform }: State, service: EcsService, deployment: Deployment, eventName: string): void {
  const detail = {
    eventType: deployment.rolloutState === "FAILED" ? "ERROR" : "INFO",
    eventName,
    deploymentId: deployment.id,
    updatedAt: new Date(deployment.updatedAt).toISOString(),
    reason: deployment.rolloutStateReason,
  };
  platform.emit("aws.ecs", "ECS Deployment State Change", detail, [service.arn]);
}

const isOpen = ({ status }: Rollout) => status === "IN_PROGRESS" || status === "ROLLBACK_IN_PROGRESS";

function close(rollout: Rollout, status: Rollout["status"], now: number, reason?: string): void {
  rollout.status = status;
  rollout.updatedAt = now;
  rollout.finishedAt = now;
  if (reason) rollout.statusReason = reason;
}

/** Old deployments without tasks go; the primary one completes when it alone is left. Answers whether all is steady. */
export function settle(state: State, service: EcsService, seen: SeenTask[]): boolean {
  const primary = service.deployments[0];
  if (!primary) return true;
  const busy = new Set(
    tasksOf(state, service)
      .filter(({ lastStatus }) => lastStatus !== "STOPPED")
      .map(({ startedBy }) => startedBy),
  );
  if (primary.rolloutState !== "FAILED")
    service.deployments = service.deployments.filter((one) => one === primary || busy.has(one.id));
  const healthy = seen.filter((task) => task.state === "healthy").length;
  const leaving = tasksOf(state, service).filter(
    (task) => task.lastStatus !== "STOPPED" && task.desiredStatus === "STOPPED",
  );
  const alone = seen.every(({ current }) => current) && seen.length === service.desiredCount;
  if (!alone || healthy !== service.desiredCount || leaving.length > 0) return false;
  if (primary.rolloutState === "IN_PROGRESS") complete(state, service, primary);
  return true;
}

function complete(state: State, service: EcsService, primary: Deployment): void {
  const now = state.platform.now();
  primary.rolloutState = "COMPLETED";
  primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
  primary.updatedAt = now;
  primary.everCompleted = true;
  service.lastCompleted = { ...primary };
  tell(state, service, primary, "SERVICE_DEPLOYMENT_COMPLETED");
  const rollout = service.rollouts.find(isOpen);
  if (rollout) close(rollout, rollout.status === "IN_PROGRESS" ? "SUCCESSFUL" : "ROLLBACK_SUCCESSFUL", now);
  forgetNames(state, service);
  note(state, service, `${nameOfService(service)} (deployment ${primary.id}) deployment completed.`);
}

/** Trips the circuit breaker where too many tasks of the primary deployment have failed. */
export function watchFailures(state: State, service: EcsService): void {
  const primary = service.deployments[0];
  const { circuitBreaker } = service.settings;
  if (primary?.rolloutState !== "IN_PROGRESS") return;
  const rollout = service.rollouts.find(isOpen);
  if (rollout && rollout.deploymentId === primary.id) rollout.failureCount = primary.failedTasks;
  if (!circuitBreaker.enable) return;
  if (primary.failedTasks < thresholdOf(circuitBreaker, service.desiredCount)) return;
  const now = state.platform.now();
  primary.rolloutState = "FAILED";
  primary.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
  primary.updatedAt = now;
  note(
    state,
    service,
    `${nameOfService(service)} (deployment ${primary.id}) deployment failed: tasks failed to start.`,
  );
  tell(state, service, primary, "SERVICE_DEPLOYMENT_FAILED");
  const target = service.lastCompleted;
  if (circuitBreaker.rollback && target && target.id !== primary.id)
    rollBack(state, service, target, rollout);
  else if (rollout)
    close(
      rollout,
      rollout.status === "ROLLBACK_IN_PROGRESS" ? "ROLLBACK_FAILED" : "STOPPED",
      now,
      "Service deployment failed: tasks failed to start.",
    );
}

function rollBack(state: State, service: EcsService, target: Deployment, rollout: Rollout | undefined): void {
  const now = state.platform.now();
  const standing = service.deployments.find(({ id }) => id === target.id);
  const back: Deployment = {
    ...(standing ?? target),
    status: "PRIMARY",
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${target.id}.`,
    failedTasks: 0,
    failuresInRow: 0,
    retryAt: 0,
    updatedAt: now,
  };
  const others = service.deployments.filter(({ id }) => id !== target.id);
  for (const one of others) one.status = "ACTIVE";
  service.deployments = [back, ...others];
  if (rollout) {
    rollout.status = "ROLLBACK_IN_PROGRESS";
    rollout.updatedAt = now;
    rollout.rolledBackTo = target.number;
    rollout.rollbackReason =
      "Service deployment rolled back because the circuit breaker threshold was exceeded.";
  }
  note(state, service, `${nameOfService(service)} rolling back to (deployment ${target.id}).`);
}
