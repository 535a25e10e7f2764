// A notice says what has happened to a deployment, a train, or a target: a change of status, a repair, one that is degraded or
// well again. However often it is told it has the same id. Programs rely on its shape: docs/notifications.md describes it, and a field is never
// taken away or given another meaning under the same `schema`.
import {
  type Deployment,
  type DeploymentStatus,
  END_STATUSES,
  isEnded,
  OPEN_STATUSES,
} from "./deployment.ts";
import type { DeploymentEvent } from "./event.ts";
import type { HealingRun } from "./healing-run.ts";
import { TRAIN_STATUSES, type Train } from "./train.ts";

export const NOTICE_SCHEMA = 1;

export const NOTICE_TYPES = [
  ...[...OPEN_STATUSES, ...END_STATUSES].map((status) => `deployment.${status}` as const),
  "target.degraded",
  "target.recovered",
  "healing.repaired",
  "healing.held",
  "healing.gave_up",
  "healing.host_marked",
  "healing.host_cleared",
  ...TRAIN_STATUSES.map((status) => `train.${status}` as const),
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

export type Notice = {
  schema: typeof NOTICE_SCHEMA;
  /** The same each time that it is told. */
  id: string;
  type: NoticeType;
  at: string;
  /** Of a train `null`, and so is the kind: it has several. */
  app: string | null;
  /** A train is told once to each environment that it stops in. */
  environment: string;
  kind: Deployment["kind"] | null;
  /** A sentence for people. */
  message: string;
  /** Of `deployment.…`, and of a target where a deployment left it so. */
  deployment?: Pick<
    Deployment,
    | "id"
    | "version"
    | "previousVersion"
    | "reason"
    | "revision"
    | "createdAt"
    | "createdBy"
    | "trigger"
    | "startedAt"
    | "endedAt"
  > & { status: DeploymentStatus; train: string | null };
  /** Of `train.…`. */
  train?: Pick<
    Train,
    "id" | "name" | "status" | "reason" | "revision" | "createdBy" | "createdAt" | "endedAt"
  > & {
    /** Of all its members, in their order: `storefront/prod`. */
    targets: string[];
  };
  /** Of `healing.repaired`. */
  healing?: Pick<HealingRun, "id" | "trigger" | "actions">;
};

type StatusEvent = Pick<DeploymentEvent, "seq" | "at" | "message"> & { status: DeploymentStatus };

/** Of the event that says the status. What the deployment has become since is not of that moment, and left out. */
export function statusNotice(deployment: Deployment, { seq, at, message, status }: StatusEvent): Notice {
  const ended = isEnded(status);
  return {
    ...headOf(deployment),
    id: `${deployment.id}-${seq}`,
    type: `deployment.${status}`,
    at,
    message,
    deployment: {
      ...partOf(deployment),
      status,
      reason: ended || status === deployment.status ? deployment.reason : "",
      endedAt: ended ? deployment.endedAt : null,
    },
  };
}

/** Of a deployment that ended `failed`: what runs on its target is nobody's wish. */
export function degradedNotice(deployment: Deployment): Notice {
  const { app, environment, reason } = deployment;
  return {
    ...headOf(deployment),
    id: `${deployment.id}-degraded`,
    type: "target.degraded",
    at: deployment.endedAt ?? deployment.progressAt,
    message: `${app}/${environment} is degraded: ${reason}`,
    deployment: partOf(deployment),
  };
}

/** Of a deployment whose end made the target well again. */
export function recoveredNotice(deployment: Deployment): Notice {
  const { app, environment, version, status } = deployment;
  const now = status === "succeeded" ? `${version} is live` : `it ended ${status}`;
  return {
    ...headOf(deployment),
    id: `${deployment.id}-recovered`,
    type: "target.recovered",
    at: deployment.endedAt ?? deployment.progressAt,
    message: `${app}/${environment} is well again: ${now}.`,
    deployment: partOf(deployment),
  };
}

function headOf({ app, environment, kind }: Deployment) {
  return { schema: NOTICE_SCHEMA, app, environment, kind } as const;
}

function partOf(deployment: Deployment): NonNullable<Notice["deployment"]> {
  const { id, version, previousVersion, status, reason, revision, trigger, train = null } = deployment;
  const { createdBy, createdAt, startedAt, endedAt } = deployment;
  return {
    id,
    version,
    previousVersion,
    status,
    reason,
    revision,
    trigger,
    train,
    createdBy,
    createdAt,
    startedAt,
    endedAt,
  };
}
