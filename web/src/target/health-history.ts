// How each replica was since the page was opened: from when on it had which health, and the last minutes as a row of bars.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ReplicaView, TargetView } from "../api.ts";
import { serverNow } from "../server-clock.ts";

type Health = ReplicaView["health"];
type Turn = { at: number; health: Health };

/** Of each replica, oldest first. */
export type HealthHistory = Map<string, Turn[]>;

const BAR_MS = 5000;
const MOST_BARS = 40;
/** What happened within one bar is shown by the worst of it. */
const WORST_FIRST: Health[] = ["unhealthy", "unknown", "starting", "draining", "healthy"];

export function useHealthHistory(target: TargetView | null): HealthHistory {
  const history = useSignal<HealthHistory>(new Map());
  useEffect(() => {
    if (target) history.value = withLook(history.peek(), target.replicas, serverNow());
  }, [target]);
  return history.value;
}

/** Replicas that are gone are forgotten, and so are turns that no bar shows any more. */
export function withLook(before: HealthHistory, replicas: ReplicaView[], at: number): HealthHistory {
  return new Map(
    replicas.map(({ id, health }) => {
      const turns = before.get(id) ?? [];
      if (turns.at(-1)?.health === health) return [id, turns];
      const shown = turns.filter((_, i) => (turns[i + 1]?.at ?? at) > at - BAR_MS * MOST_BARS);
      return [id, [...shown, { at, health }]];
    }),
  );
}

/** Oldest first, up to now; none from before the first look. */
export function barsOf(turns: Turn[], now: number): Health[] {
  const first = turns[0];
  if (!first) return [];
  const count = Math.min(MOST_BARS, Math.floor(Math.max(0, now - first.at) / BAR_MS) + 1);
  return Array.from({ length: count }, (_, i) => {
    const to = now - (count - 1 - i) * BAR_MS;
    const seen = turns.filter(({ at }, turn) => at <= to && (turns[turn + 1]?.at ?? to + 1) > to - BAR_MS);
    return WORST_FIRST.find((health) => seen.some((one) => one.health === health)) ?? first.health;
  });
}
