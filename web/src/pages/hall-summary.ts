// All targets in one sentence: what a glance is to answer.
import type { TargetView } from "../api.ts";

export function summaryOf(targets: TargetView[]): string {
  const count = (holds: (one: TargetView) => boolean) => targets.filter(holds).length;
  const playing = count((one) => one.activeDeployment !== null);
  const degraded = count((one) => one.degraded !== null);
  const unwell = count((one) => one.replicas.some((replica) => replica.health === "unhealthy"));
  const drifted = count((one) => one.drift.length > 0);
  const parts = [
    `${targets.length} ${targets.length === 1 ? "target" : "targets"}`,
    playing > 0 && `${playing} under way`,
    degraded > 0 && `${degraded} degraded`,
    unwell > 0 && `${unwell} with unhealthy replicas`,
    drifted > 0 && `${drifted} drifted`,
    degraded + unwell + drifted === 0 && "all well",
  ];
  return parts.filter(Boolean).join(" · ");
}
