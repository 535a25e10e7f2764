// How each replica was at every look since the page was opened: the last minutes of its life as a row of small bars.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ReplicaView, TargetView } from "../api.ts";

export type HealthHistory = Map<string, ReplicaView["health"][]>;

const MOST_LOOKS = 40;

export function useHealthHistory(target: TargetView | null): HealthHistory {
  const history = useSignal<HealthHistory>(new Map());
  useEffect(() => {
    if (target) history.value = withLook(history.peek(), target.replicas);
  }, [target]);
  return history.value;
}

/** Replicas that are gone are forgotten. */
export function withLook(before: HealthHistory, replicas: ReplicaView[]): HealthHistory {
  return new Map(
    replicas.map((one) => [one.id, [...(before.get(one.id) ?? []), one.health].slice(-MOST_LOOKS)]),
  );
}
