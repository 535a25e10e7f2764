// What a watch makes of the deployment: pure, so that it can be tried again on a conflict.
import { instant } from "#core/clock.ts";
import type { Deployment, Failure } from "#core/domain/deployment.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import { putBackStep } from "#core/plan/rolling.ts";
import type { Changed } from "#store/deployments.ts";
import { withNames, withStep, withStepAfter } from "./steps.ts";
import type { Watched } from "./watch-step.ts";
import { asSentence } from "./why.ts";

export type Recording = { watched: Watched; nowMs: number; inPlace: boolean };

/** `null` where the step is no longer under way: somebody else has recorded its end. */
export function recordWatch(deployment: Deployment, index: number, recording: Recording): Changed | null {
  const { watched, nowMs } = recording;
  const named = withNames(deployment, index, watched.replicas);
  const step = named.steps[index];
  if (step?.status !== "running") return null;
  const told = [...watched.events, ...watched.failed.map((one) => failureEvent(one, step))];
  const base: Deployment = { ...named, taskToken: null };
  const recorded = RECORD[watched.outcome](base, step, recording, instant(nowMs));
  return { deployment: recorded.deployment, events: [...told, ...(recorded.events ?? [])] };
}

type Record1 = (deployment: Deployment, step: Step, recording: Recording, at: string) => Changed;

const RECORD: Record<Watched["outcome"], Record1> = {
  done: (deployment, step, recording, at) => recordDone(deployment, step, recording, at),
  timeUp: (deployment, _step, recording) => ({ deployment: underWay(deployment, recording) }),
  aborted: (deployment, _step, recording) => ({ deployment: underWay(deployment, recording) }),
  hold: (deployment, step, recording, at) => recordHold(deployment, step, recording, at),
  rollBack: (deployment, step, recording, at) => recordBad(deployment, step, recording, at),
  planAgain: (deployment, step, recording, at) => recordCrowded(deployment, step, recording, at),
};

/** What is left is planned anew, in a fresh execution. */
function recordCrowded(before: Deployment, step: Step, { watched }: Recording, at: string): Changed {
  const skipped = withStep(before, step.index, { status: "skipped", endedAt: at });
  const message = `${step.label}: ${asSentence(watched.reason)} Planned again from what is live.`;
  const crowdedOut = (before.crowdedOut ?? 0) + 1;
  return {
    deployment: { ...skipped, crowdedOut, replan: true, stepState: null, watches: {}, progressAt: at },
    events: [{ type: "note", message, step: step.index }],
  };
}

function underWay(deployment: Deployment, { watched }: Recording): Deployment {
  return {
    ...deployment,
    stepState: watched.state,
    watches: watched.tally.watches,
    failures: [...deployment.failures, ...watched.failed],
    progressAt: instant(watched.tally.progressAtMs),
  };
}

function recordDone(before: Deployment, step: Step, recording: Recording, at: string): Changed {
  const { watched } = recording;
  const baking = step.type === "bake" && before.bakedSeconds < (step.seconds ?? 0);
  const open = withFailures({ ...before, progressAt: at }, step, recording);
  // A bake goes on with its counters; they are of the replicas, not of the slice.
  if (baking) return { deployment: { ...open, watches: watched.tally.watches } };
  const allFailed = step.replicas.length > 0 && step.replicas.every((id) => isFailed(watched, id, step));
  const status = allFailed ? "failed" : "succeeded";
  const ended = closer(withStep(open, step.index, { status, endedAt: at }));
  const message = `${step.label}: ${allFailed ? "failed" : "done"} after ${secondsOf(step, at)} s.`;
  return {
    deployment: { ...ended, stepState: null, watches: {}, bakedSeconds: 0 },
    events: [{ type: "step", message, step: step.index }],
  };
}

/** A plan that is made again after a death plays steps again: that is movement, and brings the end no closer. */
function closer(deployment: Deployment): Deployment {
  const left = deployment.steps.filter((step) => step.status === "pending").length;
  if (left >= (deployment.fewestLeft ?? Number.POSITIVE_INFINITY)) return deployment;
  return { ...deployment, fewestLeft: left, revivals: 0 };
}

function isFailed(watched: Watched, replica: string, step: Step): boolean {
  if (step.bestEffort && watched.reason !== "") return true;
  return watched.tally.failures.some((one) => one.replica === replica && one.at >= (step.startedAt ?? ""));
}

/** Failures within the budget: put back where there is something to put back, set aside where there is not. */
function withFailures(deployment: Deployment, step: Step, recording: Recording): Deployment {
  if (step.bestEffort) return withSetAside(deployment, step, recording.watched);
  const { failed, silent } = recording.watched;
  const all = [...deployment.failures, ...failed];
  const open = new Set(all.filter((one) => isUnsettled(deployment, step, one)));
  const back = recording.inPlace && !step.rollback ? deployment.previousVersion : null;
  const mendable = (one: Failure) => back !== null && !silent.includes(one.replica);
  const failures = all.map((one) =>
    open.has(one) ? { ...one, drained: recording.inPlace && !mendable(one) } : one,
  );
  const health = {
    ...deployment.health,
    healthy: Math.max(0, healthyAfter(deployment, step, recording.watched) - open.size),
    unhealthy: deployment.health.unhealthy + open.size,
  };
  const replicas = [...open].filter(mendable).map((one) => one.replica);
  const after = { ...deployment, failures, health };
  return back === null || replicas.length === 0
    ? after
    : withStepAfter(after, step.index, putBackStep(replicas, back));
}

/** Failed in this step, at this look or an earlier one, and nothing has been arranged for it yet. */
function isUnsettled(deployment: Deployment, step: Step, failure: Failure): boolean {
  const here = step.replicas.includes(failure.replica) && failure.at >= (step.startedAt ?? "");
  const arranged = deployment.steps.some(
    (one) => one.bestEffort && one.index > step.index && one.replicas.includes(failure.replica),
  );
  return here && !failure.drained && !arranged;
}

function healthyAfter({ health, previousVersion }: Deployment, step: Step, watched: Watched): number {
  const first = previousVersion === null && step.type === "batch" && step.action !== "remove";
  return first ? Math.min(health.desired, health.healthy + watched.healthy.length) : health.healthy;
}

/** Could not be put back either: it gets no traffic and the deployment goes on. */
function withSetAside(deployment: Deployment, step: Step, watched: Watched): Deployment {
  const lost = new Set(step.replicas.filter((id) => isFailed(watched, id, step)));
  const mended = step.replicas.length - lost.size;
  return {
    ...deployment,
    failures: deployment.failures.map((one) => (lost.has(one.replica) ? { ...one, drained: true } : one)),
    health: {
      ...deployment.health,
      healthy: Math.min(deployment.health.desired, deployment.health.healthy + mended),
      unhealthy: Math.max(0, deployment.health.unhealthy - mended),
    },
  };
}

function recordHold(deployment: Deployment, step: Step, recording: Recording, at: string): Changed {
  const reason = asSentence(recording.watched.reason);
  const failed = withStep(underWay(deployment, recording), step.index, { status: "failed", endedAt: at });
  return {
    deployment: { ...failed, status: "paused", reason, stepState: null, watches: {}, bakedSeconds: 0 },
    events: [{ type: "failure", message: `${step.label} failed: ${reason} Paused.`, step: step.index }],
  };
}

/** Forward: the way back begins, and closes the step. On the way back: once more from what is live, then given up. */
function recordBad(deployment: Deployment, step: Step, recording: Recording, at: string): Changed {
  const { reason } = recording.watched;
  const open = underWay(deployment, recording);
  const events: NewEvent[] = [
    { type: "failure", message: `${step.label} failed: ${asSentence(reason)}`, step: step.index },
  ];
  if (deployment.ending === null) {
    const ending = { status: "rolled_back" as const, reason, since: at, planned: false, attempts: 0 };
    const { fewestLeft: _forward, ...back } = open;
    return { deployment: { ...back, status: "rolling_back", ending }, events };
  }
  const attempts = (deployment.ending.attempts ?? 0) + 1;
  const failed = withStep(open, step.index, { status: "failed", endedAt: at });
  return { deployment: { ...failed, ending: { ...deployment.ending, planned: false, attempts } }, events };
}

function failureEvent(failure: Failure, step: Step): NewEvent {
  return { type: "failure", message: asSentence(failure.reason), step: step.index, replica: failure.replica };
}

function secondsOf(step: Step, at: string): string {
  return ((Date.parse(at) - Date.parse(step.startedAt ?? at)) / 1000).toFixed(1);
}
