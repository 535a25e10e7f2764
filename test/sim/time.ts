// Time that passes only when nothing is left to do: the next thing that is due is done, and then it is so late. So a day takes as
// long as its work, and everything happens in the same order each time.
import type { Clock } from "#core/clock.ts";
import type { Timers } from "#sandbox/step-functions/timers.ts";

type Due = { atMs: number; order: number; run(): void; off?: true };

export type SimTime = Clock &
  Timers & {
    /** Plays what is due until then. */
    runUntil(endMs: number): Promise<void>;
  };

export function simTime(startMs: number, random: () => number): SimTime {
  const heap: Due[] = [];
  let nowMs = startMs;
  let order = 0;
  const after = (ms: number, run: () => void) => {
    const due: Due = { atMs: nowMs + Math.max(0, ms), order: order++, run };
    push(heap, due);
    return () => {
      due.off = true;
    };
  };
  return {
    now: () => nowMs,
    random,
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async runUntil(endMs) {
      for (;;) {
        await everythingDone();
        let due = pop(heap);
        while (due?.off) due = pop(heap);
        if (!due || due.atMs > endMs) {
          if (due) push(heap, due);
          nowMs = Math.max(nowMs, endMs);
          return;
        }
        nowMs = Math.max(nowMs, due.atMs);
        due.run();
      }
    },
  };
}

/** Whatever needs no time has been done when the loop comes round. */
function everythingDone(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(due, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
