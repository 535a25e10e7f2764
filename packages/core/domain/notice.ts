// A notice says that the status of a deployment has changed, or that a target is degraded. It is told at least once, and however
// often it is told it has the same id. Programs rely on its shape: docs/notifications.md describes it, and a field is never
// taken away or given another meaning under the same `schema`.
import {
  type Deployment,
  type DeploymentStatus,
  END_STATUSES,
  isEnded,
  OPEN_STATUSES,
} from "./deployment.ts";
import type { DeploymentEvent } from "./event.ts";

export const NOTICE_SCHEMA = 1;

export const NOTICE_TYPES = [
  ...[...OPEN_STATUSES, ...END_STATUSES].map((status) => `deployment.${status}` as const),
  "target.degraded",
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

export type Notice = {
  schema: typeof NOTICE_SCHEMA;
  /** The same each time that it is told. */
  id: string;
  type: NoticeType;
  at: string;
  app: string;
  environment: string;
  kind: Deployment["kind"];
  /** A sentence for people. */
  message: string;
  deployment: Pick<
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
};

type StatusEvent = Pick<DeploymentEvent, "seq" | "at" | "message"> & { status: DeploymentStatus };

/** Of the event that says the status. What the deployment has become since is not of that moment, and left out. */
export function statusNotice(deployment: Deployment, { seq, at, message, status }: StatusEvent): Notice {
  const ended = isEnded(status);
  return {
    ...placeOf(deployment),
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
    ...placeOf(deployment),
    id: `${deployment.id}-degraded`,
    type: "target.degraded",
    at: deployment.endedAt ?? deployment.progressAt,
    message: `${app}/${environment} is degraded: ${reason}`,
    deployment: partOf(deployment),
  };
}

function placeOf({ app, environment, kind }: Deployment) {
  return { schema: NOTICE_SCHEMA, app, environment, kind } as const;
}

function partOf(deployment: Deployment): Notice["deployment"] {
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
