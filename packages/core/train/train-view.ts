// What the API answers for a train: its stops with their deployments, and nothing of the engine's own.
import { type Cost, NO_COST } from "../domain/cost.ts";
import { isTrainEnded, type Train, type TrainMember } from "../domain/train.ts";
import { dollarsOf } from "../plan/dollars.ts";

export type TrainMemberView = Pick<
  TrainMember,
  "app" | "environment" | "version" | "previousVersion" | "status" | "deployment" | "rollback" | "reason"
>;

export type TrainView = Pick<
  Train,
  "id" | "name" | "status" | "reason" | "revision" | "createdAt" | "endedAt" | "createdBy" | "traceId"
> & {
  stops: { index: number; deployments: TrainMemberView[] }[];
  /** What driving it took, and its deployments that have ended, by their receipts. */
  cost: Cost & { dollars: number; deploymentsDollars: number };
  /** Deployments that ended, of those that are not skipped. */
  progress: { done: number; total: number };
  allowedActions: "abort"[];
};

export function trainView(train: Train): TrainView {
  const { id, name, status, reason, revision, createdAt, endedAt, createdBy, traceId, members } = train;
  return {
    id,
    name,
    status,
    reason,
    revision,
    createdAt,
    endedAt,
    createdBy,
    ...(traceId === undefined ? {} : { traceId }),
    cost: costOf(train),
    stops: stopsOf(members),
    progress: progressOf(members),
    allowedActions: mayAbort(train) ? ["abort"] : [],
  };
}

/** Once it goes back, nobody interrupts it. */
export function mayAbort(train: Train): boolean {
  return !isTrainEnded(train) && train.turned === null;
}

function costOf({ cost = NO_COST, members }: Train): TrainView["cost"] {
  const deploymentsDollars = members.reduce((sum, { dollars = 0 }) => sum + dollars, 0);
  return {
    ...cost,
    lambdaMilliseconds: Math.ceil(cost.lambdaMilliseconds),
    dollars: dollarsOf(cost),
    deploymentsDollars: Math.round(deploymentsDollars * 1e6) / 1e6,
  };
}

function stopsOf(members: TrainMember[]): TrainView["stops"] {
  const indexes = [...new Set(members.map((one) => one.stop))];
  return indexes.map((index) => ({
    index,
    deployments: members.filter((one) => one.stop === index).map(memberView),
  }));
}

function memberView(member: TrainMember): TrainMemberView {
  const { app, environment, version, previousVersion, status, deployment, rollback, reason } = member;
  return { app, environment, version, previousVersion, status, deployment, rollback, reason };
}

function progressOf(members: TrainMember[]): TrainView["progress"] {
  const counted = members.filter((one) => one.status !== "skipped");
  const open = counted.filter((one) => ["waiting", "running", "rolling_back"].includes(one.status));
  return { done: counted.length - open.length, total: counted.length };
}
