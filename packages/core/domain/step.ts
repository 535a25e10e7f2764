// A step is one entry of a plan: something to prepare, a batch of replicas, a traffic shift, a bake, an approval, a hook.
import type { HookCall } from "./hook.ts";

/** prepare: what the release needs before a copy of it can start (its image), and no copy is touched by. */
export type StepType = "prepare" | "batch" | "shift" | "bake" | "approval" | "hook";
export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped";

/**
 * install: in place, the same replicas on another version. remove: takes them away. replace: starts new copies and
 * takes `leaving` away. startBeside: starts new copies on the side that has no traffic yet (blue/green, canary).
 */
export const BATCH_ACTIONS = ["install", "remove", "replace", "startBeside"] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

/** A step as planned, before it has a place in a deployment. */
export type PlannedStep = {
  type: StepType;
  label: string;
  /** Ids of the replicas it touches: of copies yet to start, stand-ins such as `new-1` until the platform has named them. */
  replicas: string[];
  action?: BatchAction;
  /** replace, startBeside: copies of the version that stand when it is done. Absolute, so that a step that runs twice starts no more. */
  count?: number;
  /** replace: the copies that go, in this order. */
  leaving?: string[];
  /** replace: so many of `leaving` go before the new ones start; the others when these are healthy. */
  leavingFirst?: number;
  /** replace, remove: how many copies the target is to keep, where the plan changes that; else the platform's own count holds. */
  desired?: number;
  /** prepare, of a function: so many environments are kept initialised when it is done, and were before; an end that comes first puts those back. */
  keeps?: { count: number; before: number | null };
  /** Played in one piece however many replicas it has: the platform moves them, not we. */
  whole?: boolean;
  /** The version that this step brings its replicas to; `null` where it takes them away. */
  version?: string | null;
  /** Copies that started before this instant are not right yet, though they run the version: it restarts them. */
  freshSince?: string;
  /** shift: percent of traffic on the release after it. */
  weightPercent?: number;
  /** bake: how long. approval: how long it waits for one. */
  seconds?: number;
  /** approval: how many must give one. */
  approvers?: number;
  /** hook: which one it calls. */
  hook?: HookCall;
  /** A failure of it, or of its replicas, is noted and nothing more (a broken server put back on its previous release). */
  bestEffort?: boolean;
  /** Belongs to the way back. */
  rollback?: boolean;
};

/** Who let a deployment go on. `byId`: of the token, or issuer and subject; two callers may share a name. */
export type Approval = { by: string; byId: string; at: string; reason?: string };

export type Step = PlannedStep & {
  index: number;
  status: StepStatus;
  startedAt: string | null;
  endedAt: string | null;
  /** approval: given so far. */
  approvals?: Approval[];
};
