// Below the lines: how much of the traffic the release has, as an area, and the failure budget as it is used up.
import type { DeploymentView } from "../api.ts";
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import type { Level } from "./traffic.ts";

export function TrafficLane({
  score,
  layout,
  deployment,
}: {
  score: Score;
  layout: Layout;
  deployment: DeploymentView;
}) {
  const { y, height } = layout.traffic;
  const up = (percent: number) => y + height - (percent / 100) * height;
  const now = Math.round(score.traffic.at(-1)?.value ?? 0);
  return (
    <g class="traffic">
      <text class="lane-name" x={6} y={y + 14}>
        traffic
      </text>
      <text class="lane-value" x={6} y={y + 32}>
        {now} % on {deployment.version.slice(0, 10)}
      </text>
      <rect
        class="lane"
        x={layout.names}
        y={y}
        width={Math.max(0, layout.time.at(score.to) - layout.names)}
        height={height}
      />
      <path class="area" d={area(score.traffic, score, layout, up, y + height)} />
      <path class="edge" d={edge(score.traffic, score, layout, up)} />
    </g>
  );
}

type Budget = { used: number; allowed: number };

export function BudgetLane({ score, layout, budget }: { score: Score; layout: Layout; budget: Budget }) {
  if (!layout.budget) return null;
  const { y, height } = layout.budget;
  const most = Math.max(budget.allowed + 1, budget.used);
  const up = (count: number) => y + height - 3 - (count / most) * (height - 6);
  const over = budget.used > budget.allowed;
  return (
    <g class={`budget ${over ? "over" : ""}`}>
      <text class="lane-name" x={6} y={y + 12}>
        failures
      </text>
      <text class="lane-value" x={6} y={y + 27}>
        {budget.used} of {budget.allowed}
        {over ? " ✕" : ""}
      </text>
      <line
        class="limit"
        x1={layout.names}
        x2={layout.time.at(score.to)}
        y1={up(budget.allowed + 0.5)}
        y2={up(budget.allowed + 0.5)}
      />
      <path class="edge" d={edge(score.failed, score, layout, up)} />
    </g>
  );
}

type Up = (value: number) => number;

/** A staircase: a level holds until the next one. */
function edge(levels: Level[], score: Score, layout: Layout, up: Up): string {
  const [first, ...others] = levels;
  if (!first) return "";
  const stairs = others.map(({ at, value }) => `H${x(layout, at)}V${up(value).toFixed(1)}`);
  return `M${x(layout, first.at)} ${up(first.value).toFixed(1)}${stairs.join("")}H${x(layout, score.to)}`;
}

function area(levels: Level[], score: Score, layout: Layout, up: Up, bottom: number): string {
  const line = edge(levels, score, layout, up);
  return line && `${line}V${bottom}H${x(layout, levels[0]!.at)}Z`;
}

function x(layout: Layout, at: number): string {
  return layout.time.at(at).toFixed(1);
}
