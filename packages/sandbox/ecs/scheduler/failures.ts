// What failed tasks do to a deployment: they are counted, the next start waits a little longer each time, and the
// circuit breaker trips at its threshold.
import type { CircuitBreaker, Deployment, EcsService, Task } from "../model.ts";
import type { State } from "../state.ts";

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;

export function deploymentOf(service: EcsService, task: Task): Deployment | undefined {
  return service.deployments.find(({ id }) => id === task.startedBy);
}

export function countFailure(state: State, task: Task): void {
  const service = state.services.get(task.serviceArn ?? "");
  const deployment = service && deploymentOf(service, task);
  if (deployment) addFailure(deployment, state.platform.now());
}

export function addFailure(deployment: Deployment, now: number): void {
  deployment.failedTasks++;
  deployment.failuresInRow++;
  deployment.retryAt = now + pauseMilliseconds(deployment.failuresInRow);
}

/** A single failure is put right at once. AWS pauses for up to minutes ("Service throttle logic"); here it is seconds. */
export function pauseMilliseconds(failuresInRow: number): number {
  if (failuresInRow <= 1) return 0;
  return Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failuresInRow - 2), LONGEST_PAUSE_MILLISECONDS);
}

export function forgiveFailures(deployment: Deployment, { resetOnHealthyTask }: CircuitBreaker): void {
  deployment.failuresInRow = 0;
  deployment.retryAt = 0;
  if (resetOnHealthyTask) deployment.failedTasks = 0;
}

/** API reference, ThresholdConfiguration: by default half of the desired count, at least 3 and at most 200. */
export function thresholdOf({ threshold }: CircuitBreaker, desiredCount: number): number {
  const value = threshold.value ?? 50;
  if (threshold.type === "COUNT") return value;
  const share = Math.ceil((desiredCount * value) / 100);
  if (threshold.type === "UNBOUNDED_PERCENT") return Math.max(1, share);
  return Math.min(200, Math.max(3, share));
}
