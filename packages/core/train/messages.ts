// What the train workflow, the API and the train function say to each other: ids and counts only.

/** Input of an execution of the train workflow; its name is `<trainId>-<generation>`. */
export type TrainInput = { trainId: string; generation: number; traceId?: string | null };

/** What the workflow sends to the train function. */
export type TrainRequest = TrainInput & {
  taskToken: string;
  /** When the state was entered whose token it is: of two, the later one waits. */
  enteredAt: string;
};

/** What wakes the state that waits: look again, the train has ended, or go on in a fresh execution. */
export type TrainMove = { next: "drive" } | { next: "done" } | { next: "carryOn"; generation: number };

/** So many rounds in one execution: a round is some 10 history events, and 25,000 end an execution (Step Functions quotas, "Maximum execution history size"). */
export const MAX_TRAIN_ROUNDS = 1000;

/** So long it waits for word of a deployment before it looks by itself. */
export const TRAIN_SLICE_SECONDS = 900;
