// A deployment is one attempt to make a target run a release. Everything the engine needs to carry on after a crash
// is here or live; executions carry only its id.
import type { Cost } from "./cost.ts";
import type { Kind } from "./kind.ts";
import type { Spec } from "./spec.ts";
import type { Step } from "./step.ts";

export const OPEN_STATUSES = [
  "queued",
  "planning",
  "awaiting_approval",
  "running",
  "paused",
  "rolling_back",
] as const;
export const END_STATUSES = ["succeeded", "rolled_back", "failed", "cancelled"] as const;
export type DeploymentStatus = (typeof OPEN_STATUSES)[number] | (typeof END_STATUSES)[number];
export type EndStatus = (typeof END_STATUSES)[number];

export const TRIGGERS = [
  "api",
  "cli",
  "console",
  "s3",
  "ecr",
  "hook",
  "event",
  "schedule",
  "rollback",
  "train",
  "scale",
  "restart",
  "healing",
] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What it is for, where it releases nothing: another count of what runs, fresh copies of it, copies where they are missing or are others, or the target made empty again. */
export type Purpose = "scale" | "restart" | "restore" | "remove";

/** A replica that did not make it. `drained`: it could not be put back either and gets no traffic. */
export type Failure = { replica: string; reason: string; at: string; drained: boolean };

/** What an operator (or a newer deployment) wants; the engine reads it whenever it enters a state. */
export type Intent = { action: "pause" | "abort" | "promote"; actor: string; at: string; reason?: string };

export type Deployment = {
  id: string;
  app: string;
  environment: string;
  kind: Kind;
  version: string;
  /** The release that ran before; `null` on a first deployment. What a rollback goes back to. */
  previousVersion: string | null;
  status: DeploymentStatus;
  /** A sentence a person can act on; empty while under way. */
  reason: string;
  /** Rises by one with every change; conditions and long polls rely on it. */
  revision: number;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  createdBy: string;
  trigger: Trigger;
  /** The train that it belongs to. */
  train?: string;
  steps: Step[];
  health: { healthy: number; unhealthy: number; desired: number };
  failures: Failure[];

  /** An admin's word against a freeze. */
  override?: { by: string; reason: string };

  // ---- the engine's own, never in an answer of the API ----
  /** It goes to what ran there before: a rollback, a train's way back. */
  wayBack?: boolean;
  /** Of the caller who asked for it; absent where nobody did (a schedule, an event). */
  createdById?: string;
  purpose?: Purpose;
  /** Ids of the versions of its secrets that were there before any of its copies started, by reference; the target's once every copy has started since. Only where a rotation is to be followed. */
  secretVersions?: Record<string, string>;
  spec: Spec;
  /** Number of the execution that may write, from 1; an older one is fenced off. */
  generation: number;
  /** Rounds of the workflow in this generation, so that it carries on before the history limit. */
  rounds: number;
  intent: Intent | null;
  /** Token of the state that waits (bake, hold), while one waits. */
  taskToken: string | null;
  /** Which attempt of which state it belongs to; sorts by their order. */
  tokenOf?: string;
  /** Since when nothing moved; the deadline counts from here. */
  progressAt: string;
  /** The driver's opaque memory of the step under way. */
  stepState: unknown;
  /** Health of the replicas of the step under way, over time (core/judge). */
  watches: Record<string, Watch>;
  /** Seconds of the bake under way that are behind us. */
  bakedSeconds: number;
  /** Names of the alarms that fired before the first step began, or when somebody went on after a failure: left out of account. */
  alarmsAtStart?: string[];
  /** Whether anything has been changed on the target yet; an abort before that ends `cancelled`. */
  changed: boolean;
  /** The end that the rollback under way leads to, with why; `null` while going forward. */
  ending: Ending | null;
  /** What is live may differ from the plan (an execution died, a failure was forgiven): the next thing to do is to plan again, in a fresh execution. */
  replan?: boolean;
  /** How often the sweep has carried it on since it last came closer to its end. */
  revivals?: number;
  /** When an attempt, or an execution, began beside which an earlier one may have been at work still. */
  doubtAt?: string;
  /** How often it was planned again since a place on a host was gone. */
  crowdedOut?: number;
  /** How often its end was put off, since what was live was not yet as it should be. */
  lookedAgain?: number;
  /** The fewest steps that were ever left on this way (forward, or back): only fewer is closer. */
  fewestLeft?: number;
  /** The healing run that repairs its target while it waits, or has: what goes on from here waits until then, and looks anew. */
  lent?: { to: string; until: string };
  eventSeq: number;
  /** Of the event that says the present status. */
  statusSeq?: number;
  /** Of the trace that it is followed by; those of earlier versions of Tutti have none. */
  traceId?: string;
  /** For the receipt. */
  cost: Cost;
};

export type Ending = {
  status: "rolled_back";
  reason: string;
  /** When the way back began; failures before it are not its own. */
  since?: string;
  /** Whether the pending steps are those of the way back. */
  planned?: boolean;
  /** Steps of the way back that failed; after the second one it is given up. */
  attempts?: number;
  /** When the state was entered that met the last error: met twice by the same, it counts once. */
  met?: string;
};

/** Health of one replica as watched over time; instants in milliseconds since the epoch. */
export type Watch = {
  since: number;
  healthyInARow: number;
  unhealthyInARow: number;
  lastDetail: string;
  lastAt: number;
};

/** One that ends longer after it was asked for is late: whoever counts ends finds it in a list of its own. */
export const LATE_END_DAYS = 30;

/** Whether it leaves no copy that started before it, where it succeeds. `running`: the release that ran when it was planned. */
export function startsEveryCopy(
  { purpose, version }: { purpose?: Purpose | undefined; version: string },
  running: string | null,
): boolean {
  return purpose === "restart" || (purpose === undefined && version !== running);
}

export function isEnded(status: DeploymentStatus): status is EndStatus {
  return (END_STATUSES as readonly string[]).includes(status);
}
