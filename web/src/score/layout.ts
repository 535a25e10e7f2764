// Where everything stands on the page, in real pixels, so that letters stay as large as the page's at any width.
import type { Score } from "./compose.ts";
import { type TimeScale, timeScale } from "./time-scale.ts";

export type Layout = {
  width: number;
  height: number;
  /** Width of the names to the left. */
  names: number;
  /** The lane of the steps' own bars, above the lines. */
  steps: { y: number; height: number };
  lines: { y: number; height: number; rowHeight: number };
  traffic: { y: number; height: number };
  budget: { y: number; height: number } | null;
  axisY: number;
  time: TimeScale;
  /** Whether there are too many lines to name, or to be elements of the page. */
  crowded: boolean;
};

export const NARROWEST = 280;
const NAMES_WIDE = 132;
const NAMES_NARROW = 84;
const RIGHT = 12;
const STEPS_HEIGHT = 26;
const GAP = 10;
const ROW_TALLEST = 24;
const LINES_TALLEST = 560;
const TRAFFIC_HEIGHT = 54;
const BUDGET_HEIGHT = 30;
const AXIS_HEIGHT = 26;
/** More lines than this are painted on a canvas. */
const MOST_ELEMENTS = 120;

export function layoutOf(score: Score, width: number, withBudget: boolean): Layout {
  const names = width < 600 ? NAMES_NARROW : NAMES_WIDE;
  const count = Math.max(1, score.rows.length);
  const rowHeight = Math.min(ROW_TALLEST, LINES_TALLEST / count);
  const steps = { y: 0, height: STEPS_HEIGHT };
  const lines = { y: steps.height + 4, height: rowHeight * count, rowHeight };
  const traffic = { y: lines.y + lines.height + GAP, height: TRAFFIC_HEIGHT };
  const budgetY = traffic.y + traffic.height + GAP;
  const budget = withBudget ? { y: budgetY, height: BUDGET_HEIGHT } : null;
  const axisY = budget ? budgetY + BUDGET_HEIGHT + 4 : traffic.y + traffic.height + 4;
  const scale = timeScale(score.from, score.to, instantsOf(score), Math.max(40, width - names - RIGHT));
  return {
    width,
    height: axisY + AXIS_HEIGHT,
    names,
    steps,
    lines,
    traffic,
    budget,
    axisY,
    time: { ...scale, at: (ms) => names + scale.at(ms), instantAt: (x) => scale.instantAt(x - names) },
    crowded: count > MOST_ELEMENTS,
  };
}

function instantsOf({ bars, marks }: Score): number[] {
  return [...bars.flatMap((bar) => [bar.from, bar.to]), ...marks.map((mark) => mark.at)];
}
