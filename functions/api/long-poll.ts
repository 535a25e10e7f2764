// Waits for a deployment, a train, or anything in a list to change, by looking a few times a second: often at first, when most is going on.
import type { ApiDeps } from "./deps.ts";
import type { Pause } from "./waiting.ts";

export const LONGEST_WAIT_SECONDS = 20;
export const LAST_REVISION = 1e12;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

/** As it is when its revision is above `afterRevision`, or when the time is up. Throws `not_found`, and what the pause throws. */
export function awaitRevision<T extends { revision: number }>(
  waiting: Waiting<T>,
  afterRevision: number,
  waitSeconds: number,
): Promise<T> {
  return awaitNew(waiting, ({ revision }) => revision > afterRevision, waitSeconds);
}

export type Waiting<T> = Pick<ApiDeps, "clock"> & { read(): Promise<T>; pause: Pause };

/** As it is when it is new, or when the time is up. Throws what the reading and the pause throw. */
export async function awaitNew<T>(
  { read, clock, pause }: Waiting<T>,
  isNew: (found: T) => boolean,
  waitSeconds: number,
): Promise<T> {
  const until = clock.now() + waitSeconds * 1000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.15)) {
    const found = await read();
    const left = until - clock.now();
    if (isNew(found) || left <= 0) return found;
    await pause(Math.min(pauseMs, left));
  }
}
