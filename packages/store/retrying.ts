// Optimistic changes: when somebody else was quicker, read again and try again, a little later each time and never in
// step with the other one.
import { TuttiError } from "#core/errors.ts";

const ATTEMPTS = 10;
const FIRST_WAIT_MS = 8;

export type Pause = { sleep(milliseconds: number): Promise<void>; random(): number };

/** Runs `attempt` until it meets no stale write; after ten the `stale_write` is the caller's. */
export async function retryingStaleWrites<T>(pause: Pause, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const stale = error instanceof TuttiError && error.code === "stale_write";
      if (!stale || tried === ATTEMPTS) throw error;
      await pause.sleep(pause.random() * FIRST_WAIT_MS * 2 ** tried);
    }
  }
}
