// Waits for a deployment, or a train, to change, by looking a few times a second: often at first, when most is going on.
import type { ApiDeps } from "./deps.ts";
import type { Pause } from "./waiting.ts";

export const LONGEST_WAIT_SECONDS = 20;
export const LAST_REVISION = 1e12;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

/** As it is when its revision is above `afterRevision`, or when the time is up. Throws `not_found`, and what the pause throws. */
export async function awaitRevision<T extends { revision: number }>(
  { read, clock, pause }: Pick<ApiDeps, "clock"> & { read(): Promise<T>; pause: Pause },
  afterRevision: number,
  waitSeconds: number,
): Promise<T> {
  const until = clock.now() + waitSeconds * 1000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.15)) {
    const found = await read();
    const left = until - clock.now();
    if (found.revision > afterRevision || left <= 0) return found;
    await pause(Math.min(pauseMs, left));
  }
}
