// An event that a function failed on, however often it was tried (a trigger's, or the one that tells receivers); kept so that an
// operator can see it and have it played again.

export const TRIGGER_EVENTS = ["artifact", "image", "deploy", "schedule", "notify"] as const;
/** By the function that takes it: `events-<name>`. */
export type TriggerEvent = (typeof TRIGGER_EVENTS)[number];

export type DeadLetter = {
  id: string;
  at: string;
  event: TriggerEvent;
  /** As it came, for the same function to be given again. */
  payload: unknown;
  attempts: number;
  /** What the last attempt ended with. */
  error: string;
  replayedAt: string | null;
  replayedBy: string | null;
};
