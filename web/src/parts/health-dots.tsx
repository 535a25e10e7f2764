// One sign per replica: filled when healthy, hollow while starting, crossed when not; the name and words on demand.
import type { TargetView } from "../api.ts";
import "./health-dots.css";

const SIGNS: Record<string, string> = {
  healthy: "●",
  starting: "◌",
  unhealthy: "✕",
  draining: "◐",
  unknown: "?",
};
const MOST = 24;

export function HealthDots({ replicas }: { replicas: TargetView["replicas"] }) {
  if (replicas.length === 0) return <p class="dots none">no replicas</p>;
  return (
    <p class="dots">
      <span class="sr">{inWords(replicas)}</span>
      <span aria-hidden="true">
        {replicas.slice(0, MOST).map((one) => (
          <span
            key={one.id}
            class={`dot ${one.health}`}
            title={`${one.id}: ${one.health}, ${one.version ?? "nothing"}`}
          >
            {SIGNS[one.health]}
          </span>
        ))}
        {replicas.length > MOST && <small> {inWords(replicas)}</small>}
      </span>
    </p>
  );
}

function inWords(replicas: TargetView["replicas"]): string {
  const counts = Map.groupBy(replicas, (one) => one.health);
  return [...counts].map(([health, list]) => `${list.length} ${health}`).join(", ");
}
