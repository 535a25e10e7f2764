// A step is one entry of a plan: a batch of replicas, a traffic shift, a bake, an approval, a hook.

export type StepType = "batch" | "shift" | "bake" | "approval" | "hook";
export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped";

/** What a batch does to its replicas: bring them to the release, or take them away. */
export type BatchAction = "install" | "remove";

/** A step as planned, before it has a place in a deployment. */
export type PlannedStep = {
  type: StepType;
  label: string;
  /** Ids of the replicas it touches. */
  replicas: string[];
  action?: BatchAction;
  /** The version that this step brings its replicas to; `null` where it takes them away. */
  version?: string | null;
  /** shift: percent of traffic on the release after it. */
  weightPercent?: number;
  /** bake: how long. */
  seconds?: number;
  /** A failure of its replicas is noted and nothing more (a broken server put back on its previous release). */
  bestEffort?: boolean;
  /** Belongs to the way back. */
  rollback?: boolean;
};

export type Step = PlannedStep & {
  index: number;
  status: StepStatus;
  startedAt: string | null;
  endedAt: string | null;
};
