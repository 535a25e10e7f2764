// The lines of a large deployment, painted: a thousand replicas are one element. What lies under the pointer is told in
// words, and a name can be looked for from the keyboard.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { DeploymentView } from "../api.ts";
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import { useDark } from "./measures.ts";
import type { Stretch } from "./stretches.ts";

type PaintedProps = { score: Score; layout: Layout; deployment: DeploymentView };

export function Painted({ score, layout, deployment }: PaintedProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const told = useSignal("");
  const dark = useDark();
  useEffect(() => {
    if (canvas.current) paint(canvas.current, score, layout, deployment.version);
  }, [score, layout, dark]);
  const words = useMemo(() => summary(score, deployment.version), [score]);
  const tell = (event: PointerEvent) => {
    const row = Math.floor(event.offsetY / layout.lines.rowHeight);
    const at = layout.time.instantAt(event.offsetX);
    told.value = wordsAt(score, row, at);
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="painted"
        style={{ top: `${layout.lines.y}px`, height: `${layout.lines.height}px`, width: `${layout.width}px` }}
        role="img"
        aria-label={words}
        onPointerMove={tell}
        onPointerLeave={() => {
          told.value = "";
        }}
      />
      <p class="told" aria-hidden="true" style={{ top: `${layout.lines.y}px` }}>
        {told.value || `${score.rows.length} replicas`}
      </p>
    </>
  );
}

function paint(canvas: HTMLCanvasElement, score: Score, layout: Layout, version: string): void {
  const ratio = devicePixelRatio || 1;
  const { rowHeight, height } = layout.lines;
  canvas.width = Math.floor(layout.width * ratio);
  canvas.height = Math.floor(height * ratio);
  const brush = canvas.getContext("2d")!;
  brush.scale(ratio, ratio);
  const colours = coloursOf(canvas);
  for (const one of score.stretches) {
    const x = layout.time.at(one.from);
    brush.fillStyle = colours[colourName(one, version)]!;
    brush.globalAlpha = one.condition === "serving" || one.condition === "failed" ? 1 : 0.45;
    const thick = Math.max(1, rowHeight - (rowHeight > 4 ? 1.5 : 0.4));
    brush.fillRect(x, one.row * rowHeight, Math.max(1, layout.time.at(one.to) - x), thick);
  }
}

function colourName(stretch: Stretch, version: string): string {
  if (stretch.condition === "failed") return "bad";
  return stretch.version === version ? "new" : "old";
}

/** A canvas knows no custom properties: they are read off its element, once for each painting. */
function coloursOf(element: Element): Record<string, string> {
  const probe = document.createElement("i");
  element.parentElement!.append(probe);
  const read = (name: string) => {
    probe.className = `probe ${name}`;
    return getComputedStyle(probe).color;
  };
  const colours = { new: read("new"), old: read("old"), bad: read("bad") };
  probe.remove();
  return colours;
}

function wordsAt(score: Score, row: number, at: number): string {
  const name = score.rows[row];
  if (name === undefined) return "";
  const one = score.stretches.find((it) => it.row === row && at >= it.from && at < it.to);
  return `${name}: ${one ? `${one.version}, ${one.condition}` : "nothing runs"}`;
}

function summary(score: Score, version: string): string {
  const last = new Map(score.stretches.map((one) => [one.row, one]));
  const ours = [...last.values()].filter((one) => one.version === version);
  const failed = ours.filter((one) => one.condition === "failed").length;
  return `${score.rows.length} replicas: ${ours.length - failed} on ${version}, ${failed} failed`;
}
