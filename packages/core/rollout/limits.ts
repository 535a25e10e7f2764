// Numbers that the engine and the workflow must agree on.

/** More replicas than this in one step are played in shards, each by a task of its own. */
export const SHARD_SIZE = 50;

/** So many rounds in one execution, then a fresh one takes over. A round is at most 12 history events (Apply 5, Check 5, Next step 2), so 1,500 of them stay below the 25,000 that end an execution (Step Functions quotas, "Maximum execution history size"), retries included. */
export const MAX_ROUNDS = 1500;

/** A pause that nobody ends goes back after a day (contract, section 2), and so does an approval at the latest. */
export const HOLD_SECONDS = 86_400;

/** A wait for an operator may take a day; it counts as so many rounds, so that the waits of one execution fit its time-out. */
export const HOLD_ROUNDS = 60;

/** So is an attempt of a hook, which may take minutes. */
export const HOOK_ROUNDS = 5;

/** So long one task watches a step before it answers. */
export const WATCH_SECONDS = 20;

/** Of what a hook says, so much of its end is kept. */
export const HOOK_OUTPUT_BYTES = 4096;

/** A script of the image workflow that its agent lost is sent so often at most: the workflow's worst case counts on it. */
export const MOST_SENDS = 3;

/** Memory of the function that makes images, and of the one that drives trains. */
export const IMAGE_FUNCTION_MIB = 256;
export const TRAIN_FUNCTION_MIB = 256;
