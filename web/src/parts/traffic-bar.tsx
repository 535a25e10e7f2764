// How the traffic is split between releases, when it is split.
import type { TargetView } from "../api.ts";
import "./traffic-bar.css";

export function TrafficBar({ target }: { target: TargetView }) {
  const parts = target.traffic.filter((one) => one.percent > 0);
  if (parts.length < 2) return null;
  const words = parts.map((one) => `${one.version} ${Math.round(one.percent)} %`).join(", ");
  return (
    <p class="traffic-bar" title={words}>
      <span class="sr">Traffic: {words}</span>
      {parts.map((one, i) => (
        <span
          key={one.version}
          aria-hidden="true"
          class={i === parts.length - 1 ? "new" : "old"}
          style={{ flexGrow: one.percent }}
        >
          {one.version} {Math.round(one.percent)} %
        </span>
      ))}
    </p>
  );
}
