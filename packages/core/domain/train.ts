// A train is several deployments in order: stop by stop, those of one stop side by side. If one of them fails, those that
// are done go back in reverse order. Everything that is needed to carry it on is here or in its deployments.
import type { Cost } from "./cost.ts";
import { END_STATUSES } from "./deployment.ts";
import type { RolloutPolicy } from "./spec.ts";

export const TRAIN_STATUSES = ["running", "rolling_back", ...END_STATUSES] as const;
export type TrainStatus = (typeof TRAIN_STATUSES)[number];

/**
 * waiting: its stop is not reached. running: its deployment is under way, queued, paused and awaiting approval included.
 * rolling_back: the train puts it back. rolled_back: it runs what it ran before, by its own way back or the train's.
 * cancelled: its deployment ended, or was refused, before it changed anything. failed: it is neither on the new release nor
 * back. skipped: never started. overtaken: it is on neither any more, since somebody has deployed something else there.
 */
export const MEMBER_STATUSES = [
  "waiting",
  "running",
  "succeeded",
  "rolling_back",
  "rolled_back",
  "cancelled",
  "failed",
  "skipped",
  "overtaken",
] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];

/** One target's part in a train. */
export type TrainMember = {
  /** From 0; members of the same stop run side by side. */
  stop: number;
  app: string;
  environment: string;
  version: string;
  rollout?: Record<string, unknown>;
  onConflict?: RolloutPolicy["onConflict"];
  status: MemberStatus;
  /** What its target ran when the train was made, and then when its deployment was planned; `null`: nothing. */
  previousVersion: string | null;
  /** Its deployment: the id is drawn before it is submitted, so that it is submitted once. */
  deployment: string | null;
  /** The deployment that puts it back. */
  rollback: string | null;
  /** Of its deployments that have ended, by their receipts. */
  dollars?: number;
  /** Why it stands where it stands, as a sentence; empty while there is nothing to say. */
  reason: string;
};

export type Train = {
  id: string;
  /** What people call it. */
  name: string | null;
  status: TrainStatus;
  /** A sentence a person can act on; empty while it goes forward. */
  reason: string;
  revision: number;
  createdAt: string;
  endedAt: string | null;
  createdBy: string;
  /** Of the caller, who does not approve its deployments where others must. */
  createdById?: string;
  /** In the order of their stops. */
  members: TrainMember[];
  /** Of the trace that asked for it; its deployments belong to it too. */
  traceId?: string;

  // ---- the engine's own, never in an answer of the API ----
  /** What driving it took; each of its deployments has a receipt of its own. Those of earlier versions have none. */
  cost?: Cost;
  /** When the present status was written. */
  statusAt?: string;
  /** Number of the execution that may write, from 1. */
  generation: number;
  /** Rounds of the workflow in this generation. */
  rounds: number;
  /** Somebody asked for its end. */
  abort: { actor: string; at: string; reason?: string } | null;
  /** Why it goes back; `null` while it goes forward. */
  turned: string | null;
  /** Token of the state that waits. */
  taskToken: string | null;
  /** When the state was entered that the token is of; a round that runs late brings an older one. */
  enteredAt?: string;
  /** How often the sweep has carried it on since a member of it last moved. */
  revivals: number;
};

export function isTrainEnded({ status }: Pick<Train, "status">): boolean {
  return status !== "running" && status !== "rolling_back";
}

/** `storefront/prod` */
export function targetOf({ app, environment }: Pick<TrainMember, "app" | "environment">): string {
  return `${app}/${environment}`;
}
