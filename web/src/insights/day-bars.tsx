// A small chart: a bar for each day, succeeded changes upwards in one colour, failed ones at the foot in another and
// hatched by a gap, so that the two are told apart without colour.
import type { InsightsView } from "../api.ts";

const BAR = 5;
const GAP = 2;
const HEIGHT = 34;

export function DayBars({ daily }: { daily: InsightsView["daily"] }) {
  const most = Math.max(1, ...daily.map((day) => day.succeeded + day.failed));
  const width = daily.length * (BAR + GAP);
  const words = `${sum(daily, "succeeded")} succeeded and ${sum(daily, "failed")} failed in ${daily.length} days`;
  return (
    <svg class="day-bars" width={width} height={HEIGHT} role="img" aria-label={words}>
      {daily.map((day, i) => {
        const unit = (HEIGHT - 2) / most;
        const failed = day.failed * unit;
        const good = day.succeeded * unit;
        const x = i * (BAR + GAP);
        return (
          <g key={day.day}>
            <title>{`${day.day}: ${day.succeeded} succeeded, ${day.failed} failed`}</title>
            <rect class="ground" x={x} y={HEIGHT - 1} width={BAR} height={1} />
            {failed > 0 && <rect class="failed" x={x} y={HEIGHT - failed} width={BAR} height={failed} />}
            {good > 0 && (
              <rect
                class="good"
                x={x}
                y={HEIGHT - failed - good}
                width={BAR}
                height={Math.max(1, good - 1)}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function sum(daily: InsightsView["daily"], key: "succeeded" | "failed"): number {
  return daily.reduce((total, day) => total + day[key], 0);
}
