// The way of a request: from the endpoint through the balancer (or the alias) to the replicas, drawn; lines that carry
// no traffic are thin.
import type { ReplicaView, TargetView } from "../api.ts";
import { shortened } from "../score/lines.tsx";
import { useWidth } from "../score/measures.ts";
import "./way-picture.css";

const MOST_DRAWN = 12;
const ROW = 34;
const NAMES: Record<TargetView["kind"], string> = {
  server: "load balancer",
  vm: "load balancer",
  container: "load balancer",
  function: "alias live",
};

export function WayPicture({ target }: { target: TargetView }) {
  const [figure, width] = useWidth();
  const ends = endsOf(target);
  const height = Math.max(ends.length * ROW, 70) + 8;
  const middle = height / 2;
  const box = Math.min(190, width * 0.28);
  const gate = width * 0.4;
  const right = width - box - 2;
  return (
    <figure class="way panel" ref={figure}>
      <p>{target.endpoint ? <a href={target.endpoint}>{target.endpoint}</a> : "No endpoint yet."}</p>
      {width > 0 && ends.length > 0 && (
        <svg width={width} height={height} role="img" aria-label={inWords(target)}>
          <path class="pipe" d={`M0 ${middle}H${gate - box / 2}`} />
          <rect class="gate" x={gate - box / 2} y={middle - 18} width={box} height={36} rx={18} />
          <text x={gate} y={middle + 5} text-anchor="middle">
            {NAMES[target.kind]}
          </text>
          {ends.map((end, i) => {
            const y = (height / ends.length) * (i + 0.5);
            const from = gate + box / 2;
            const bend = (from + right) / 2;
            return (
              <g key={end.name} class={`end ${end.health}`}>
                <path
                  class={`pipe ${end.open ? "open" : "shut"}`}
                  d={`M${from} ${middle}C${bend} ${middle} ${bend} ${y} ${right} ${y}`}
                />
                <rect x={right} y={y - 13} width={box} height={26} rx={6} />
                <text x={right + 8} y={y + 4}>
                  {end.sign} {shortened(end.name, Math.floor((box - 40) / 7))}
                </text>
                <title>{end.words}</title>
              </g>
            );
          })}
        </svg>
      )}
      {target.replicas.length > MOST_DRAWN && (
        <small>{target.replicas.length - MOST_DRAWN} more are in the table.</small>
      )}
    </figure>
  );
}

type End = { name: string; words: string; sign: string; health: ReplicaView["health"]; open: boolean };

function endsOf(target: TargetView): End[] {
  if (target.kind === "function")
    return target.traffic.map(({ version, percent }) => ({
      name: `${version} · ${Math.round(percent)} %`,
      words: `${version}: ${percent} % of the traffic`,
      sign: "λ",
      health: target.replicas.find((one) => one.version === version)?.health ?? "unknown",
      open: percent > 0,
    }));
  return target.replicas.slice(0, MOST_DRAWN).map((one) => ({
    name: one.id,
    words: `${one.id}: ${one.version}, ${one.health}, ${one.address ?? "no address"}`,
    sign: { healthy: "●", starting: "◌", unhealthy: "✕", draining: "◐", unknown: "?" }[one.health],
    health: one.health,
    open: one.health === "healthy",
  }));
}

function inWords(target: TargetView): string {
  const healthy = target.replicas.filter((one) => one.health === "healthy").length;
  return `${target.endpoint ?? "No endpoint"} leads through the ${NAMES[target.kind]} to ${healthy} healthy of ${target.replicas.length} replicas`;
}
