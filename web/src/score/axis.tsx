// Time since the beginning, from left to right, and the folds in it.
import { duration } from "../time.ts";
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";

const PIXELS_PER_TICK = 120;

export function Axis({ score, layout }: { score: Score; layout: Layout }) {
  const right = layout.time.at(score.to);
  const count = Math.max(2, Math.floor((right - layout.names) / PIXELS_PER_TICK));
  const places = Array.from(
    { length: count + 1 },
    (_, i) => layout.names + ((right - layout.names) * i) / count,
  );
  return (
    <g class="axis">
      {places.map((place, i) => (
        <g key={place}>
          <line x1={place} x2={place} y1={layout.lines.y} y2={layout.axisY} />
          <text
            x={place}
            y={layout.axisY + 16}
            text-anchor={i === 0 ? "start" : i === count ? "end" : "middle"}
          >
            {duration(layout.time.instantAt(place - 0.001) - score.from)}
          </text>
        </g>
      ))}
      {layout.time.folds.map((fold) => {
        const middle = (layout.time.at(fold.from) + layout.time.at(fold.to)) / 2;
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
