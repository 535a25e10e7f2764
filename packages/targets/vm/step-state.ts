// What a step remembers between two looks. It travels as JSON through the store, so it holds only what would cost calls to
// find out again: a step whose memory was lost begins anew and finds everything as it is.
import type { Side } from "#targets/balancer/sides.ts";
import type { ImageState } from "./image/prepare.ts";
import type { Asked } from "./observe.ts";
import type { Known } from "./side.ts";

export type StepState = {
  /** The image workflow that is waited for. */
  image?: ImageState;
  /** Set once everything stands that copies are launched from. */
  side?: Side;
  targetGroupArn?: string;
  known: Known;
  asked: Asked;
  /** Copies of the version that were seen. */
  seen: string[];
  /** Those that were told of as healthy. */
  told: string[];
  /** Copies of the version that were seen and are gone, though nobody sent them away. */
  lost: number;
  /** When Auto Scaling was last asked why it launches nothing, and what it said. */
  launch?: { atMs: number; failures: number; problem: string };
};

export const NEW_STATE: StepState = { known: {}, asked: {}, seen: [], told: [], lost: 0 };

export function readState(state: unknown): StepState {
  const known = typeof state === "object" && state !== null && "known" in state;
  return structuredClone(known ? (state as StepState) : NEW_STATE);
}
