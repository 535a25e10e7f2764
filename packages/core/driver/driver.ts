// What the engine asks of a kind of target. Every verb is short and idempotent: asked twice, it has the effect of
// once. Expected outcomes are values; only what nobody expected is thrown (a TuttiError where it has a code).
import type { Clock } from "../clock.ts";
import type { Elsewhere } from "../domain/cost.ts";
import type { Environment } from "../domain/environment.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Kind } from "../domain/kind.ts";
import type { Release } from "../domain/release.ts";
import type { Fleet, ReplicaHealth } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlannedStep, Step } from "../domain/step.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Check, RoleReader } from "./diagnosis.ts";
import type { RepairOrders } from "./repair-orders.ts";

/** Whom a verb is about. `releases` are all that the verb may need by version (the one to come, the one before, those that run). */
export type TargetContext = {
  app: string;
  environment: Environment;
  spec: Spec;
  clock: Clock;
  /** The version that the last finished deployment left running, `null` where none. Absent while a deployment is under way: then nothing is drift, and `repair` leaves traffic alone. */
  current?: string | null;
  /** The release of that version; throws `not_found`. */
  release(version: string): Promise<Release>;
  /** Healing looks: a copy that answers badly only sometimes is to be found too, where looking again costs little. */
  thorough?: boolean;
  /** Takes a sentence for the log: what a verb left undone without failing. */
  note?(sentence: string, fields?: Record<string, unknown>): void;
};

/** One look at one replica of a step. `reachable: false` counts as a failure at once. */
export type Observation = {
  replica: string;
  /** What the replica runs at this moment; `null` where nothing. */
  version: string | null;
  health: ReplicaHealth;
  reachable: boolean;
  /** No waiting will mend it (install script failed, process exited): judged without thresholds. */
  hopeless: boolean;
  /** Another app has taken the place that the plan counted on, and nothing was changed: another plan may find another one. */
  noRoom?: boolean;
  /** In traffic again, where the kind has membership; true where it has none. A replica is done only when healthy and serving. */
  serving: boolean;
  /** What the check said, for people: `GET /healthz answered 500`. */
  detail: string;
};

/**
 * How far a step is. `state` is the driver's own memory of it: small, JSON, handed back at the next call. `replicas`
 * are the ids that the step's copies turned out to have, where the platform names them; the step takes them over.
 */
export type Progress = {
  observations: Observation[];
  events?: NewEvent[];
  /** What others than the driver's own function used for the step, for the receipt; told once. */
  used?: Elsewhere;
} & (
  | { phase: "running"; state: unknown; replicas?: string[] }
  | { phase: "done"; state: unknown; replicas?: string[] }
  | { phase: "failed"; reason: string }
);

export type PlanRequest = {
  fleet: Fleet;
  /** The version to come; `null` to take the target away. */
  version: string | null;
  desired: number;
  /** On the way back the plan holds the same promises but takes no bakes and mends what is broken first. */
  rollback: boolean;
  /** Where a replica is a version: so many environments of it are to be kept initialised. Absent where the deployment is not about that. */
  keep?: number | undefined;
  /** Copies that started before this instant are to be replaced by fresh ones, whatever they run. */
  freshSince?: string | undefined;
};

/**
 * What became of one repair. repaired: seen well again, or read back. begun: the platform carries it on, and a later look
 * tells. held: its turn comes later. `finding`: what was wrong, where the replica's own look does not say it (drift).
 */
export type RepairResult = {
  replica: string;
  result: "repaired" | "begun" | "held" | "failed";
  action: string;
  detail: string;
  finding?: string;
};

/** `deleteVolumes`: somebody has said that its disks may go with it. */
export type RetireOptions = { deleteVolumes?: boolean };

export type Driver = {
  kind: Kind;
  capabilities: Capabilities;
  /** What is live. Calls the platform; changes nothing. */
  inspect(target: TargetContext): Promise<Fleet>;
  /** Pure: the batches or shifts from what is live to the version. The engine adds approvals, bakes and hooks. */
  plan(request: PlanRequest, spec: Spec): PlannedStep[];
  /** Starts the step, or carries it on: `state` is its memory as the last call left it, `null` at first (and where a crash lost it). Asked again with it, a step that is under way or done is only looked at; without it, nothing that is right already is changed. */
  apply(target: TargetContext, step: Step, state: unknown): Promise<Progress>;
  /** One look at a step under way, moving it on where its next phase is due (drained → install → register). Never sleeps; the engine watches by asking again. Also asked for a bake: then it only looks. */
  check(target: TargetContext, step: Step, state: unknown): Promise<Progress>;
  /** Healing: what is ordered, of copies that are broken still. Without orders the smallest measure for all that is broken, and drift put right. */
  repair(target: TargetContext, fleet: Fleet, orders?: RepairOrders): Promise<RepairResult[]>;
  /** Takes away all of the target that the driver owns. Idempotent; nothing there is fine. What is on its disks stays, unless it is said that it may go. */
  retire(target: TargetContext, options?: RetireOptions): Promise<void>;
  /** At every end of a deployment that changed something: gives back what the rollout borrowed (suspended processes, a raised limit) and forgets what is too old to keep. What it cannot do now is drift for `repair`. */
  tidy?(target: TargetContext): Promise<void>;
  /** At an end that came before a step of preparing was done: what it has set going outside of the step is stopped, and what that made is taken away. Nothing there is fine. */
  abandon?(target: TargetContext, step: Step): Promise<void>;
  /** Sentences for the dry run: nearest legal values that will be set, and the like. Calls the platform only to look. */
  notes?(target: TargetContext, version: string): string[] | Promise<string[]>;
  /** Looks whether what the environment names for this kind is there, with the rights that the driver has. Nothing to say where the environment names nothing for it. */
  diagnose?(environment: Environment, roles?: RoleReader): Promise<Check[]>;
};
