// What a shift remembers between two looks. It travels as JSON through the store, so it is read with suspicion:
// anything unknown starts over, which is harmless because every turn looks at what is live first.
import type { Look } from "./probe.ts";

/** The published version under watch, with the last look at it; `lookedAt` in milliseconds since the epoch. */
export type Watched = {
  lambdaVersion: string;
  look: Look | null;
  lookedAt: number;
  healthyInARow: number;
  unhealthyInARow: number;
};

export type ShiftState =
  /** Is the release published already? */
  | { phase: "find" }
  /** Bring the code to the function. */
  | { phase: "upload" }
  /** Code uploaded; settings and the published version follow once Lambda has taken it in. */
  | { phase: "publish"; codeSha256: string }
  /** Published: watch its health path before any weight moves. */
  | ({ phase: "watch" } & Watched)
  /** Healthy: move the weight. */
  | ({ phase: "move" } & Watched)
  /** Moved and read back. */
  | ({ phase: "moved" } & Watched);

const PHASES = ["find", "upload", "publish", "watch", "move", "moved"];

export function readState(state: unknown): ShiftState {
  const known = typeof state === "object" && state !== null && "phase" in state;
  return known && PHASES.includes(String(state.phase)) ? (state as ShiftState) : { phase: "find" };
}

export function watching(lambdaVersion: string): ShiftState {
  return { phase: "watch", lambdaVersion, look: null, lookedAt: 0, healthyInARow: 0, unhealthyInARow: 0 };
}
