// Health over time, drawn: how many replicas are healthy as an area, how many are wanted as a broken line, and below it
// what was done, each deed a sign that leads to it.
import { useSignal } from "@preact/signals";
import type { DeploymentView, HealingRunView, HistoryView, TargetView } from "../api.ts";
import { linkTo } from "../route.ts";
import { useWidth } from "../score/measures.ts";
import { areaUnder, stairs } from "../score/stairs.ts";
import { serverNow } from "../server-clock.ts";
import { clockTime, dateTime } from "../time.ts";
import { type Deed, type History, historyOf } from "./history.ts";
import "./history-chart.css";

type ChartProps = {
  history: HistoryView;
  deployments: DeploymentView[];
  healing: HealingRunView[];
  scaling: TargetView["scaling"];
};

const HOUR_MS = 3_600_000;
const SPANS = [
  ["1 hour", HOUR_MS],
  ["1 day", 24 * HOUR_MS],
  ["all", Number.MAX_SAFE_INTEGER],
] as const;
const LEFT = 30;
const RIGHT = 12;
const TOP = 8;
const PLOT_HEIGHT = 96;
const DEEDS_Y = TOP + PLOT_HEIGHT + 20;
const HEIGHT = DEEDS_Y + 34;

export function HistoryChart(seen: ChartProps) {
  const span = useSignal<number>(SPANS[1][1]);
  const history = historyOf(seen, span.value, serverNow());
  if (!history) return null;
  return (
    <section aria-label="Health over time">
      <div class="tools">
        <h2>Health over time</h2>
        <span class="push spans">
          {SPANS.map(([name, milliseconds]) => (
            <button
              key={name}
              type="button"
              class="plain"
              aria-pressed={span.value === milliseconds}
              onClick={() => {
                span.value = milliseconds;
              }}
            >
              {name}
            </button>
          ))}
        </span>
      </div>
      <Plot history={history} />
    </section>
  );
}

function Plot({ history }: { history: History }) {
  const [figure, width] = useWidth();
  const { from, to, most } = history;
  const x = (ms: number) => LEFT + ((ms - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + PLOT_HEIGHT - (value / most) * PLOT_HEIGHT;
  const frame = { x, y, to };
  return (
    <figure class="history panel" ref={figure}>
      {width > 0 && (
        <svg width={width} height={HEIGHT}>
          <title>{inWords(history)}</title>
          <Scale history={history} y={y} width={width} />
          <path class="there" d={areaUnder(history.replicas, frame, y(0))} />
          <path class="healthy" d={areaUnder(history.healthy, frame, y(0))} />
          <path class="edge" d={stairs(history.healthy, frame)} />
          <path class="desired" d={stairs(history.desired, frame)} />
          {history.deeds.map((deed) => (
            <DeedSign key={`${deed.kind}${deed.at}`} deed={deed} x={x(deed.at)} />
          ))}
        </svg>
      )}
      <figcaption class="legend">
        <span class="key healthy">healthy</span>
        <span class="key there">there, and not healthy</span>
        <span class="key desired">wanted</span>
        <span>▲ deployment</span>
        <span>⇕ scaling</span>
        <span>✚ healing</span>
      </figcaption>
    </figure>
  );
}

function Scale({ history, y, width }: { history: History; y: (value: number) => number; width: number }) {
  const { from, to, most } = history;
  const isLong = to - from > 24 * HOUR_MS;
  const words = (ms: number) => (isLong ? dateTime : clockTime)(new Date(ms).toISOString());
  return (
    <g class="axis">
      {[0, most].map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {value}
          </text>
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 2}>
        {words(from)}
      </text>
      <text x={width - RIGHT} y={HEIGHT - 2} text-anchor="end">
        {words(to)}
      </text>
    </g>
  );
}

const SIGNS: Record<Deed["kind"], string> = { deployment: "▲", scaling: "⇕", healing: "✚" };

function DeedSign({ deed, x }: { deed: Deed; x: number }) {
  const words = `${deed.kind}, ${dateTime(new Date(deed.at).toISOString())}: ${deed.words}`;
  return (
    <a href={linkTo(deed.page)} class={`deed ${deed.kind}`} aria-label={words}>
      <title>{words}</title>
      <line x1={x} x2={x} y1={TOP} y2={DEEDS_Y - 10} />
      <rect x={x - 12} y={DEEDS_Y - 14} width="24" height="24" />
      <text x={x} y={DEEDS_Y + 2} text-anchor="middle">
        {SIGNS[deed.kind]}
      </text>
    </a>
  );
}

function inWords({ healthy, desired, replicas }: History): string {
  const lowest = Math.min(...healthy.map((one) => one.value));
  const last = healthy.at(-1)!.value;
  return `${last} healthy of ${desired.at(-1)!.value} wanted now; ${lowest} at the lowest, in ${replicas.length - 1} changes`;
}
