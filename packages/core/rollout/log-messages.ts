// Log lines that somebody counts: a metric filter of the blueprint looks for each by these very words, and an alarm rests on it.
export const LOG_MESSAGES = {
  /** A deployment ended `failed`: not even the way back was completed. */
  failed: "a deployment could not be rolled back",
  /** A train ended `failed`: something of it is not back, or it does not move. */
  trainFailed: "a train could not be brought back",
  /** The sweep found a deployment whose execution had ended, or that does not move. */
  carriedOn: "a deployment was carried on",
  /** Healing found something and could not mend it. */
  notMended: "a replica could not be repaired",
  /** A target could not even be looked at. */
  notSwept: "a target could not be swept",
  /** Healing gives a target up, or holds because too much of it is broken at once. */
  degraded: "a target is degraded",
  /** There was no time to look at all targets. */
  sweepLate: "the sweep had no time for some targets",
} as const;
