// What a survey, the workflow of healing and the driver functions say to each other.
import type { HealingRun } from "../domain/healing-run.ts";
import type { Kind } from "../domain/kind.ts";
import type { Broken } from "./tally.ts";

/** Input of an execution of the workflow of healing; its name is the run's id. */
export type HealInput = {
  runId: string;
  app: string;
  environment: string;
  kind: Kind;
  trigger: HealingRun["trigger"];
  startedAt: string;
  /** What the survey found broken; what is none of it is not touched. Bounded to `MOST_NAMED`. */
  broken: Broken[];
};

export type MendRequest = Omit<HealInput, "kind">;

/** What the next state of the workflow is. */
export type HealMove = { next: "look" } | { next: "done" };

/** An execution's input is bounded; whoever is not named is found by the next survey. */
export const MOST_NAMED = 100;
/** One look watches for so long. */
export const LOOK_SECONDS = 20;
/** A repair that the platform carries on holds the lock for so long at most; then a later survey tells. */
export const LONGEST_MEND_SECONDS = 1800;
