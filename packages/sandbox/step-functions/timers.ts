// Time as the executions know it, handed in so that tests own it.

export type Timers = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds, however many; answers how to call it off. */
  after(ms: number, run: () => void): () => void;
  /** In [0, 1), for the jitter between attempts; default Math.random. */
  random?(): number;
};

// setTimeout overflows above 2^31 - 1 ms and would fire at once.
const longestMs = 2 ** 30;

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const endAtMs = Date.now() + ms;
    let timer: NodeJS.Timeout;
    const wait = () => {
      const leftMs = endAtMs - Date.now();
      timer = leftMs > longestMs ? setTimeout(wait, longestMs) : setTimeout(run, Math.max(0, leftMs));
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/** Resolves after so long, or rejects with the signal's reason. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return limited(new Promise<never>(() => {}), signal, timers, ms, () => undefined);
}

/** What the promise gives, unless the signal aborts or the time is over first; then `late` decides. */
export function limited<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  timers: Timers,
  ms: number | undefined,
  late: () => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const settle = (act: () => void) => {
      signal.removeEventListener("abort", onAbort);
      cancel?.();
      act();
    };
    const onAbort = () => settle(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    const onTime = () =>
      settle(() => {
        try {
          resolve(late() as T);
        } catch (error) {
          reject(error);
        }
      });
    const cancel = ms === undefined ? undefined : timers.after(ms, onTime);
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
