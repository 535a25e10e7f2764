// Levels as the path of a staircase: each holds until the next one, the last until the end.
import type { Level } from "./traffic.ts";

export type Frame = {
  /** From an instant to pixels. */
  x: (ms: number) => number;
  /** From a value to pixels. */
  y: (value: number) => number;
  /** The instant at the right edge. */
  to: number;
};

export function stairs([first, ...others]: Level[], { x, y, to }: Frame): string {
  if (!first) return "";
  const steps = others.map(({ at, value }) => `H${x(at).toFixed(1)}V${y(value).toFixed(1)}`);
  return `M${x(first.at).toFixed(1)} ${y(first.value).toFixed(1)}${steps.join("")}H${x(to).toFixed(1)}`;
}

/** The same, closed along `bottom`. */
export function areaUnder(levels: Level[], frame: Frame, bottom: number): string {
  const line = stairs(levels, frame);
  return line && `${line}V${bottom}H${frame.x(levels[0]!.at).toFixed(1)}Z`;
}
