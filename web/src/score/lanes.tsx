// Below the lines: how much of the traffic the release has, as an area, and the failure budget as it is used up.
import type { DeploymentView } from "../api.ts";
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import { areaUnder, stairs } from "./stairs.ts";

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
  const frame = { x: layout.time.at, y: up, to: score.to };
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
      <path class="area" d={areaUnder(score.traffic, frame, y + height)} />
      <path class="edge" d={stairs(score.traffic, frame)} />
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
      <path class="edge" d={stairs(score.failed, { x: layout.time.at, y: up, to: score.to })} />
    </g>
  );
}
