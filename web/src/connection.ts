// Keeps something on the screen fresh: asks again and again while the tab is seen, one request at a time, slower after
// failures, and says since when it has not been connected. Where the tab goes out of sight, what is asked for is let go.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ClientError } from "#client/client-error.ts";
import { turnAway } from "./session.ts";

/** Since when (milliseconds) no answer came; `null` while all is well. */
export const lostSince = signal<number | null>(null);
/** What the API refused to show, in its own words: it answered, so the connection stands. */
export const refusal = signal<string | null>(null);

const SLOWEST_MILLISECONDS = 15_000;

/** `ask` resolves to the pause in milliseconds before it is asked again, or `null` to stop. Aborted when the page goes. */
export function useLive(key: string, ask: (signal: AbortSignal) => Promise<number | null>): void {
  useEffect(() => {
    const stop = new AbortController();
    void keepAsking(ask, stop.signal);
    return () => {
      stop.abort();
      refusal.value = null;
    };
  }, [key]);
}

async function keepAsking(
  ask: (signal: AbortSignal) => Promise<number | null>,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    await untilSeen(stop);
    try {
      const pause = await whileSeen(ask, stop);
      failures = 0;
      lostSince.value = null;
      refusal.value = null;
      if (pause === null) return;
      await wait(pause, stop);
    } catch (error) {
      if (stop.aborted) return;
      failures += 1;
      explain(error);
      await wait(Math.min(SLOWEST_MILLISECONDS, 500 * 2 ** failures) * (0.5 + Math.random() / 2), stop);
    }
  }
}

/** Let go where the tab goes out of sight; then it is asked again when it is seen again. */
async function whileSeen(
  ask: (signal: AbortSignal) => Promise<number | null>,
  stop: AbortSignal,
): Promise<number | null> {
  const turn = new AbortController();
  const look = () => document.hidden && turn.abort();
  document.addEventListener("visibilitychange", look);
  try {
    return await ask(AbortSignal.any([stop, turn.signal]));
  } catch (error) {
    if (turn.signal.aborted && !stop.aborted) return 0;
    throw error;
  } finally {
    document.removeEventListener("visibilitychange", look);
  }
}

function explain(error: unknown): void {
  const status = error instanceof ClientError ? error.status : 0;
  const answered = status >= 400 && status < 500;
  lostSince.value = answered ? null : (lostSince.value ?? Date.now());
  if (status === 401) turnAway();
  else if (answered) refusal.value = (error as ClientError).message;
}

function wait(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const leave = () => {
      clearTimeout(timer);
      resolve();
    };
    stop.addEventListener("abort", leave, { once: true });
  });
}

function untilSeen(stop: AbortSignal): Promise<void> {
  if (!document.hidden || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
}
