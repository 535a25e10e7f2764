// The events on the time axis: what failed, what an operator said, what changed. Pointing at one shows it in the log,
// and the other way round.
import type { Mark, Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import type { ScoreProps } from "./score.tsx";

/** Of the others there are too many to point at. */
const SHOWN = new Set(["failure", "operator", "status", "traffic"]);

export function Marks({ score, layout, pointed }: ScoreProps & { score: Score; layout: Layout }) {
  const point = (event: number | null) => {
    pointed.value = { ...pointed.value, event };
  };
  return (
    <g class="marks">
      {score.marks
        .filter((mark) => SHOWN.has(mark.event.type) || mark.event.seq === pointed.value.event)
        .map((mark) => (
          <MarkSign
            key={mark.event.seq}
            mark={mark}
            layout={layout}
            chosen={mark.event.seq === pointed.value.event}
            point={point}
          />
        ))}
    </g>
  );
}

type MarkProps = { mark: Mark; layout: Layout; chosen: boolean; point: (event: number | null) => void };

function MarkSign({ mark, layout, chosen, point }: MarkProps) {
  const x = layout.time.at(mark.at);
  const y = layout.axisY;
  return (
    <g
      class={`mark ${mark.event.type} ${chosen ? "chosen" : ""}`}
      onPointerEnter={() => point(mark.event.seq)}
      onPointerLeave={() => point(null)}
    >
      <title>{mark.event.message}</title>
      {chosen && <line x1={x} x2={x} y1={0} y2={y} />}
      <path d={`M${x} ${y - 6}l4 6h-8z`} />
    </g>
  );
}
