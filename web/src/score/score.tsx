// The score: every replica a line, what it runs its colour, how it is its pattern; steps above, traffic and the failure
// budget below, time from left to right. It moves while the deployment moves, and plays again when it has ended.
import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { DeploymentView, EventView } from "../api.ts";
import { duration } from "../time.ts";
import { Axis } from "./axis.tsx";
import { type Score as Composed, compose } from "./compose.ts";
import { BudgetLane, TrafficLane } from "./lanes.tsx";
import { type Layout, layoutOf } from "./layout.ts";
import { Legend, Patterns } from "./legend.tsx";
import { Lines } from "./lines.tsx";
import { Marks } from "./marks.tsx";
import { useNow, useWidth } from "./measures.ts";
import { Painted } from "./painted.tsx";
import { Bands, StepLane } from "./steps.tsx";
import "./score.css";

/** What the reader points at, shared by the score and the lists beside it. */
export type Pointed = { replica: string | null; step: number | null; event: number | null };

export type ScoreProps = {
  deployment: DeploymentView;
  events: EventView[];
  pointed: Signal<Pointed>;
  /** The instant that is shown while it plays again; `null` is all of it. */
  cursor: Signal<number | null>;
};

export function Score(props: ScoreProps) {
  const { deployment, events } = props;
  const now = useNow(deployment.endedAt === null);
  const [figure, width] = useWidth();
  const { allowed, used } = deployment.failureBudget;
  // What is pointed at, and the instant of a replay, change neither.
  const score = useMemo(() => compose(deployment, events, now), [deployment, events, now]);
  const layout = useMemo(
    () => (score && width > 0 ? layoutOf(score, width, allowed + used > 0) : null),
    [score, width],
  );
  if (!score) return <p class="waiting score">{beforeItBegins(deployment)}</p>;
  if (!layout) return <figure class="score" ref={figure} />;
  return (
    <figure class="score" ref={figure}>
      <div class="stage">
        {layout.crowded && <Painted score={score} layout={layout} deployment={deployment} />}
        <svg width={layout.width} height={layout.height}>
          <title>{inWords(deployment, score)}</title>
          <Patterns />
          <Bands score={score} layout={layout} />
          {!layout.crowded && <Lines {...props} score={score} layout={layout} />}
          <StepLane {...props} score={score} layout={layout} />
          <TrafficLane score={score} layout={layout} deployment={deployment} />
          <BudgetLane score={score} layout={layout} budget={deployment.failureBudget} />
          <Axis score={score} layout={layout} />
          <Marks {...props} score={score} layout={layout} />
          <Playhead score={score} layout={layout} cursor={props.cursor} live={deployment.endedAt === null} />
        </svg>
      </div>
      <Legend deployment={deployment} />
    </figure>
  );
}

type PlayheadProps = { score: Composed; layout: Layout; cursor: Signal<number | null>; live: boolean };

/** It alone moves while a deployment plays again. */
function Playhead({ score, layout, cursor: { value: cursor }, live }: PlayheadProps) {
  if (cursor === null && !live) return null;
  const x = layout.time.at(cursor ?? score.to);
  return (
    <g class="playhead">
      {cursor !== null && (
        <rect x={x} y={0} width={Math.max(0, layout.width - x)} height={layout.axisY} class="later" />
      )}
      <line x1={x} x2={x} y1={0} y2={layout.axisY} />
    </g>
  );
}

function beforeItBegins({ status, queuePosition }: DeploymentView): string {
  if (status !== "queued") return "The score begins when the deployment does.";
  return `Waits for its turn${queuePosition ? `: number ${queuePosition} in the queue` : ""}.`;
}

function inWords(deployment: DeploymentView, score: Composed): string {
  const { app, environment, version, progress } = deployment;
  const length = duration(score.to - score.from);
  const lines = score.rows.length === 1 ? "1 line" : `${score.rows.length} lines`;
  return `Score of ${app}/${environment} on its way to ${version}: ${lines}, ${progress.done} of ${progress.total} steps in ${length}`;
}
