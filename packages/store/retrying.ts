// Optimistic changes: when somebody else was quicker, read again and try again, a little later each time and never in
// step with the other one.
import { TuttiError } from "#core/errors.ts";

/** Of fifty that change one item at once, each round lets one through: the last must still come to its turn, within the half minute that a call of the API has. */
const ATTEMPTS = 40;
const FIRST_WAIT_MS = 8;
const LONGEST_WAIT_MS = 1000;

export type Pause = { sleep(milliseconds: number): Promise<void>; random(): number };

/** Runs `attempt` until it meets no stale write; after forty the `stale_write` is the caller's. */
export async function retryingStaleWrites<T>(pause: Pause, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const stale = error instanceof TuttiError && error.code === "stale_write";
      if (!stale || tried === ATTEMPTS) throw error;
      await pause.sleep(pause.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried));
    }
  }
}
