// Time since the beginning, from left to right, and the folds in it.
import { duration } from "../time.ts";
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import { ticksOf } from "./ticks.ts";

export function Axis({ score, layout }: { score: Score; layout: Layout }) {
  const { time } = layout;
  const foldedMs = time.folds.reduce((sum, fold) => sum + fold.to - fold.from, 0);
  const ticks = ticksOf(score.from, score.to, time.at, foldedMs);
  return (
    <g class="axis">
      {ticks.map((at, i) => (
        <g key={at}>
          <line x1={time.at(at)} x2={time.at(at)} y1={layout.lines.y} y2={layout.axisY} />
          <text
            x={time.at(at)}
            y={layout.axisY + 16}
            text-anchor={i === 0 ? "start" : i === ticks.length - 1 ? "end" : "middle"}
          >
            {i === 0 ? "0" : duration(at - score.from)}
          </text>
        </g>
      ))}
      {time.folds.map((fold) => {
        const middle = (time.at(fold.from) + time.at(fold.to)) / 2;
        return (
          <g key={fold.from} class="fold">
            <line x1={middle} x2={middle} y1={layout.lines.y} y2={layout.axisY} />
            <text x={middle} y={layout.axisY - 6} text-anchor="middle">
              ⋯ {duration(fold.to - fold.from)} ⋯
            </text>
          </g>
        );
      })}
    </g>
  );
}
