// Watching inside a task of the image workflow: asked several times a second for up to 20 s, then the task says that it is
// still running and the workflow comes back. Cheaper than a wait and a choice, and it finds out at once.
import type { Clock } from "#core/clock.ts";
import { TuttiError } from "#core/errors.ts";

const WATCH_MS = 20_000;
const LOOK_EVERY_MS = 250;

/** `look` answers `null` as long as it is not so. Throws `still_running` when the time of the task is up. */
export async function watch<T>(clock: Clock, what: string, look: () => Promise<T | null>): Promise<T> {
  const stopAt = clock.now() + WATCH_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (clock.now() >= stopAt) throw new TuttiError("still_running", `${what}: not yet.`);
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/** No waiting and no second try will mend it: the message becomes the reason of the deployment. */
export function imageFailed(message: string): TuttiError {
  return new TuttiError("image_failed", message);
}
