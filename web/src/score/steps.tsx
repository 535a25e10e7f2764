// The steps: a bar of its own for each in the lane above the lines, and, behind the lines, a band for what concerns all
// of them (an image, a bake, an approval, a pause).
import type { Bar, Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import type { ScoreProps } from "./score.tsx";

const SIGNS: Record<string, string> = {
  prepare: "◫",
  batch: "♪",
  shift: "⇄",
  bake: "◷",
  approval: "?",
  hook: "⚑",
};
const SHORTEST_WITH_LABEL = 64;
const SHORTEST_WITH_SIGN = 16;

export function StepLane({ score, layout, pointed }: ScoreProps & { score: Score; layout: Layout }) {
  return (
    <g class="steps-lane">
      <text class="lane-name" x={6} y={layout.steps.y + 17}>
        steps
      </text>
      {score.bars.map((bar) => (
        <StepBar
          key={bar.step.index}
          bar={bar}
          layout={layout}
          chosen={pointed.value.step === bar.step.index}
          point={(step) => {
            pointed.value = { ...pointed.value, step };
          }}
        />
      ))}
    </g>
  );
}

type StepBarProps = { bar: Bar; layout: Layout; chosen: boolean; point: (step: number | null) => void };

function StepBar({ bar, layout, chosen, point }: StepBarProps) {
  const { step } = bar;
  const x = layout.time.at(bar.from);
  const width = Math.max(4, layout.time.at(bar.to) - x - 1);
  const clip = `step-${step.index}`;
  return (
    <g
      class={`step ${step.type} ${step.status} ${step.rollback ? "rollback" : ""} ${chosen ? "chosen" : ""}`}
      onPointerEnter={() => point(step.index)}
      onPointerLeave={() => point(null)}
    >
      <title>{`${step.label}: ${step.status}`}</title>
      <rect x={x} y={layout.steps.y + 3} width={width} height={layout.steps.height - 6} rx={5} />
      {width > SHORTEST_WITH_SIGN && (
        <>
          <clipPath id={clip}>
            <rect x={x} y={layout.steps.y} width={width - 4} height={layout.steps.height} />
          </clipPath>
          <text x={x + 5} y={layout.steps.y + 17} clip-path={`url(#${clip})`}>
            {signOf(bar)} {width > SHORTEST_WITH_LABEL && step.label}
          </text>
        </>
      )}
    </g>
  );
}

function signOf({ step }: Bar): string {
  if (step.status === "failed") return "✕";
  return step.rollback ? "↩" : (SIGNS[step.type] ?? "♪");
}

export function Bands({ score, layout }: { score: Score; layout: Layout }) {
  const top = layout.lines.y - 2;
  const height = layout.traffic.y + layout.traffic.height - top;
  const wide = score.bars.filter((bar) => bar.rows.length === 0 && bar.step.type !== "shift");
  const spans = [
    ...wide.map((bar) => ({ ...bar, kind: bar.step.type as string })),
    ...score.rests.map((rest) => ({ ...rest, kind: "rest" })),
  ];
  return (
    <g class="bands">
      {spans.map(({ from, to, kind }) => {
        const x = layout.time.at(from);
        const width = Math.max(1, layout.time.at(to) - x);
        return (
          <g key={`${kind}-${from}`} class={`band ${kind}`}>
            <rect x={x} y={top} width={width} height={height} />
            {kind === "rest" && width > 50 && (
              <text x={x + width / 2} y={layout.traffic.y + 14} text-anchor="middle">
                ‖ paused
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}
