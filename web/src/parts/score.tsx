// The score: each replica on its own line, time from left to right. A batch is a bar on the lines of its replicas, a
// bake spans all lines.
import { useEffect, useRef, useState } from "preact/hooks";
import type { DeploymentView } from "../api.ts";
import { selectedReplica } from "../pages/deployment.tsx";
import { duration } from "../time.ts";
import "./score.css";

type Step = DeploymentView["steps"][number];

const NARROWEST = 260;
const LABEL = 110;
const PIXELS_PER_TICK = 110;
const ROW = 26;
const MOST_ROWS = 40;

const KEYS = [
  ["succeeded", "done"],
  ["running", "under way"],
  ["failed", "failed"],
  ["rollback", "way back"],
  ["bake", "image, bake or approval"],
];

export function Score({ deployment }: { deployment: DeploymentView }) {
  const now = useNow(deployment.endedAt === null);
  const [figure, width] = useWidth();
  if (!deployment.startedAt) return <p class="waiting">The score begins when the deployment does.</p>;
  const start = Date.parse(deployment.startedAt);
  const end = Math.max(deployment.endedAt ? Date.parse(deployment.endedAt) : now, start + 1000);
  const at = (milliseconds: number) =>
    LABEL + ((milliseconds - start) / (end - start)) * (width - LABEL - 10);
  const rows = linesOf(deployment.steps);
  const height = (rows.length + 1) * ROW + 14;
  return (
    <figure class="score" ref={figure}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Score of ${rows.length} replicas over ${duration(end - start)}`}
      >
        <Axis at={at} start={start} end={end} bottom={rows.length * ROW} width={width} />
        {rows.map((name, row) => (
          <Line key={name} name={name} y={row * ROW} width={width} />
        ))}
        {deployment.steps
          .filter((step) => step.startedAt)
          .map((step) => (
            <Bars
              key={step.index}
              step={step}
              rows={rows}
              x={at(Date.parse(step.startedAt!))}
              to={at(step.endedAt ? Date.parse(step.endedAt) : now)}
            />
          ))}
      </svg>
      <figcaption>
        {KEYS.map(([kind, words]) => (
          <span key={kind} class="key">
            <i class={kind} /> {words}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function Line({ name, y, width }: { name: string; y: number; width: number }) {
  const choose = () => {
    selectedReplica.value = selectedReplica.value === name ? null : name;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own.
    <g
      class={`line ${selectedReplica.value === name ? "chosen" : ""}`}
      role="button"
      tabIndex={0}
      aria-pressed={selectedReplica.value === name}
      onClick={choose}
      onKeyDown={(event) => event.key === "Enter" && choose()}
    >
      <line x1={LABEL} x2={width - 10} y1={y + ROW / 2} y2={y + ROW / 2} />
      <text x="4" y={y + ROW / 2 + 4}>
        {name.length > 14 ? `…${name.slice(-13)}` : name}
      </text>
    </g>
  );
}

function Bars({ step, rows, x, to }: { step: Step; rows: string[]; x: number; to: number }) {
  const width = Math.max(6, to - x);
  const words = `${step.label}: ${step.status}`;
  const wide = step.type === "bake" || step.type === "approval" || step.replicas.length === 0;
  const lines = wide
    ? [{ y: 2, height: Math.max(1, rows.length) * ROW - 4 }]
    : step.replicas.map((name) => ({ y: rows.indexOf(name) * ROW + 4, height: ROW - 8 }));
  return (
    <g class={`bar ${step.type} ${step.status} ${step.rollback ? "rollback" : ""}`}>
      <title>{words}</title>
      {lines
        .filter((line) => line.y >= 0)
        .map((line) => (
          <g key={line.y}>
            <rect x={x} y={line.y} width={width} height={line.height} rx="4" />
            {step.status === "failed" && (
              <text x={x + width / 2} y={line.y + line.height / 2 + 5} text-anchor="middle">
                ✕
              </text>
            )}
          </g>
        ))}
    </g>
  );
}

function Axis({
  at,
  start,
  end,
  bottom,
  width,
}: {
  at: (ms: number) => number;
  start: number;
  end: number;
  bottom: number;
  width: number;
}) {
  const count = Math.max(2, Math.floor((width - LABEL) / PIXELS_PER_TICK));
  const ticks = Array.from({ length: count + 1 }, (_, i) => start + ((end - start) * i) / count);
  return (
    <g class="axis">
      {ticks.map((tick, i) => (
        <g key={tick}>
          <line x1={at(tick)} x2={at(tick)} y1="0" y2={bottom + 4} />
          <text x={at(tick)} y={bottom + 20} text-anchor={i === 0 ? "start" : i === count ? "end" : "middle"}>
            {duration(tick - start)}
          </text>
        </g>
      ))}
    </g>
  );
}

function linesOf(steps: Step[]): string[] {
  const names = [...new Set(steps.flatMap((step) => step.replicas))];
  return names.length > 0 ? names.slice(0, MOST_ROWS) : ["traffic"];
}

/** Moves the right edge of the score while the deployment is under way. */
function useNow(moving: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [moving]);
  return now;
}

/** The score is drawn in real pixels, so that its letters stay as large as the page's at any width. */
function useWidth(): [{ current: HTMLElement | null }, number] {
  const figure = useRef<HTMLElement | null>(null);
  const [width, setWidth] = useState(NARROWEST);
  useEffect(() => {
    if (!figure.current) return;
    const watcher = new ResizeObserver(([entry]) =>
      setWidth(Math.max(NARROWEST, Math.floor(entry!.contentRect.width))),
    );
    watcher.observe(figure.current);
    return () => watcher.disconnect();
  }, [figure.current === null]);
  return [figure, width];
}
