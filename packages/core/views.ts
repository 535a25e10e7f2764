// What the API answers for a deployment and a target: the contract's fields and no other, so that nothing of the
// engine's own (spec, tokens, watches) can slip out.
import type { Deployment } from "./domain/deployment.ts";
import type { Fleet, Replica } from "./domain/replica.ts";
import type { LiveScaling, ScalingActivity } from "./domain/scaling.ts";
import type { Approval, Step } from "./domain/step.ts";
import type { Target } from "./domain/target.ts";
import type { LiveVolume } from "./domain/volume.ts";
import { failuresAllowed } from "./judge/judge.ts";
import { dollarsOf } from "./plan/dollars.ts";
import { allowedActions, type DeploymentAction } from "./rollout/statuses.ts";

/** `rollback`: it belongs to the way back. What a step has no use for (a weight, a length) is left out. */
export type StepView = Pick<
  Step,
  | "index"
  | "type"
  | "label"
  | "status"
  | "replicas"
  | "startedAt"
  | "endedAt"
  | "action"
  | "version"
  | "leaving"
  | "weightPercent"
  | "seconds"
> & { rollback: boolean; approvers?: number; approvals?: Omit<Approval, "byId">[] };

export type DeploymentView = Pick<
  Deployment,
  | "id"
  | "app"
  | "environment"
  | "kind"
  | "version"
  | "previousVersion"
  | "status"
  | "reason"
  | "revision"
  | "createdAt"
  | "startedAt"
  | "endedAt"
  | "createdBy"
  | "trigger"
  | "train"
  | "traceId"
  | "health"
  | "failures"
  | "override"
> & {
  steps: StepView[];
  /** Failed replicas, of those that may fail before the deployment acts. */
  failureBudget: { used: number; allowed: number };
  /** What may be done to it now. */
  allowedActions: DeploymentAction[];
  /** Steps that ended, of those that are not skipped. */
  progress: { done: number; total: number };
  cost: Deployment["cost"] & { dollars: number };
  /** From 1; only while it is queued. */
  queuePosition?: number;
};

export function deploymentView(deployment: Deployment, queuePosition?: number): DeploymentView {
  const { id, app, environment, kind, version, previousVersion, status, reason, revision } = deployment;
  const { createdAt, startedAt, endedAt, createdBy, trigger, train, traceId, health, failures, cost } =
    deployment;
  return {
    id,
    app,
    environment,
    kind,
    version,
    previousVersion,
    status,
    reason,
    revision,
    createdAt,
    startedAt,
    endedAt,
    createdBy,
    trigger,
    ...(train === undefined ? {} : { train }),
    ...(traceId === undefined ? {} : { traceId }),
    steps: deployment.steps.map(stepView),
    progress: progressOf(deployment.steps),
    health,
    failures,
    failureBudget: failureBudgetOf(deployment),
    allowedActions: allowedActions(deployment),
    cost: { ...cost, lambdaMilliseconds: Math.ceil(cost.lambdaMilliseconds), dollars: dollarsOf(cost) },
    ...(deployment.override === undefined ? {} : { override: deployment.override }),
    ...(queuePosition === undefined ? {} : { queuePosition }),
  };
}

function stepView(step: Step): StepView {
  const { index, type, label, status, replicas, startedAt, endedAt, rollback } = step;
  const { action, version, leaving, weightPercent, seconds } = step;
  return {
    index,
    type,
    label,
    status,
    replicas,
    startedAt,
    endedAt,
    rollback: rollback ?? false,
    ...(action === undefined ? {} : { action }),
    ...(version === undefined ? {} : { version }),
    ...(leaving === undefined ? {} : { leaving }),
    ...(weightPercent === undefined ? {} : { weightPercent }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(step.type === "approval" ? approvalsOf(step) : {}),
  };
}

function approvalsOf({ approvers = 1, approvals = [] }: Step): Pick<StepView, "approvers" | "approvals"> {
  return { approvers, approvals: approvals.map(({ byId: _, ...shown }) => shown) };
}

function failureBudgetOf({ failures, spec, health }: Deployment): DeploymentView["failureBudget"] {
  const used = new Set(failures.map((one) => one.replica)).size;
  return { used, allowed: failuresAllowed(spec.rollout, health.desired) };
}

export function progressOf(steps: Step[]): { done: number; total: number } {
  const counted = steps.filter((step) => step.status !== "skipped");
  const done = counted.filter((step) => step.status === "succeeded" || step.status === "failed");
  return { done: done.length, total: counted.length };
}

export type ReplicaView = Pick<Replica, "id" | "version" | "health" | "address" | "startedAt" | "size">;

export type ScalingView = Pick<LiveScaling, "min" | "max" | "metric" | "target" | "count" | "activities"> & {
  value: number | null;
  lastActivity: ScalingActivity | null;
};

export type TargetView = {
  app: string;
  environment: string;
  kind: Target["kind"];
  endpoint: string | null;
  /** The version that the last deployment left running. */
  release: string | null;
  desired: number;
  replicas: ReplicaView[];
  traffic: { version: string; percent: number }[];
  activeDeployment: string | null;
  queue: string[];
  degraded: string | null;
  drift: string[];
  /** Only where it was read live, and where the platform scales it. */
  scaling?: ScalingView;
  /** Only where it was read live, and where it has any. */
  volumes?: LiveVolume[];
  observedAt: string | null;
};

/** The stored snapshot; with `live`, what the driver has just seen instead. */
export function targetView(target: Target, live?: { fleet: Fleet; observedAt: string }): TargetView {
  const owner = target.lock?.owner ?? null;
  return {
    app: target.app,
    environment: target.environment,
    kind: target.kind,
    endpoint: live ? live.fleet.endpoint : target.endpoint,
    release: target.release,
    desired: live?.fleet.desired ?? target.desired,
    replicas: (live?.fleet.replicas ?? target.replicas)
      .filter((one) => one.version !== null)
      .map(replicaView),
    traffic: live?.fleet.traffic ?? target.traffic,
    activeDeployment: owner?.startsWith("dep_") ? owner : null,
    queue: target.queue,
    degraded: target.degraded,
    drift: live?.fleet.drift ?? target.drift,
    ...(live?.fleet.scaling === undefined ? {} : { scaling: scalingView(live.fleet.scaling) }),
    ...(live?.fleet.volumes === undefined ? {} : { volumes: live.fleet.volumes }),
    observedAt: live?.observedAt ?? target.observedAt,
  };
}

function scalingView({
  value = null,
  activities,
  series: _series,
  chosenBy: _who,
  ...set
}: LiveScaling): ScalingView {
  return { ...set, value, lastActivity: activities[0] ?? null, activities };
}

function replicaView({ id, version, health, address, startedAt, size }: Replica): ReplicaView {
  return { id, version, health, address, startedAt, ...(size === undefined ? {} : { size }) };
}
