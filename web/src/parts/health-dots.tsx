// One sign per replica: filled when healthy, hollow while starting, crossed when not; the name and words on demand.
import type { TargetSummary } from "../api.ts";

const SIGNS: Record<string, string> = {
  healthy: "●",
  starting: "◌",
  unhealthy: "✕",
  draining: "◐",
  unknown: "?",
};
const MOST = 60;

export function HealthDots({ replicas }: { replicas: TargetSummary["replicas"] }) {
  if (replicas.length === 0) return <p class="dots none">no replicas</p>;
  return (
    <p class="dots" role="img" aria-label={inWords(replicas)}>
      {replicas.slice(0, MOST).map((one) => (
        <span
          key={one.id}
          class={`dot ${one.health}`}
          title={`${one.id}: ${one.health}, ${one.version ?? "nothing"}`}
        >
          {SIGNS[one.health]}
        </span>
      ))}
      {replicas.length > MOST && <span>+{replicas.length - MOST}</span>}
    </p>
  );
}

function inWords(replicas: TargetSummary["replicas"]): string {
  const counts = Map.groupBy(replicas, (one) => one.health);
  return [...counts].map(([health, list]) => `${list.length} ${health}`).join(", ");
}
