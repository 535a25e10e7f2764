// What healing remembers of a target between two passes. It stands in the target itself and is written only when it changes.

/** A copy that was found broken, or whose repair is not long ago. */
export type Patient = {
  replica: string;
  /** Since when it is broken; `null` while it is well again and watched. */
  brokenSince: string | null;
  /** In a row: a copy that takes its place goes on counting. */
  repairs: number;
  repairedAt: string | null;
};

/** Copies are missing, too many, or run something else, although nobody is deploying, or those that a platform starts end again. */
export type Amiss = {
  since: string;
  /** Deployments that were to put it right, in a row. */
  tries: number;
  triedAt: string | null;
};

export type Healing = {
  patients: Patient[];
  amiss?: Amiss;
  /** Since when too many are broken at once. */
  heldSince: string | null;
  /** The target's `degraded` is healing's own word, and healing takes it back. */
  degraded: boolean;
};

/** A release that has just succeeded, and what ran before it. */
export type Watched = { version: string; before: string; since: string };

export const NOTHING_WRONG: Healing = { patients: [], heldSince: null, degraded: false };
