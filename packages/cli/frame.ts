// One picture of a deployment under way, as lines: what it is, how far it is, a line for each step, and the latest
// news. Pure, and never wider or higher than the terminal.
import type { DeploymentView } from "#client/views.ts";
import { paintOf, type Style } from "./style.ts";
import { seen, withoutColor } from "./table.ts";
import { between, seconds } from "./times.ts";

export type FrameOptions = { columns: number; rows: number; now: number; style: Style };

type Step = DeploymentView["steps"][number];

const GLYPHS: Record<Step["status"], string> = {
  pending: "·",
  running: "▶",
  succeeded: "✔",
  failed: "✘",
  skipped: "↷",
};
const BAR_WIDTH = 24;
/** Lines of the picture that are not steps, and the one where the cursor stands. */
const OTHER_LINES = 7;

export function frame(deployment: DeploymentView, news: string, options: FrameOptions): string[] {
  const { style, columns } = options;
  const { shown, before, after } = windowOf(deployment.steps, Math.max(3, options.rows - OTHER_LINES));
  const lines = [
    title(deployment, style),
    progressLine(deployment, style),
    ...(before > 0 ? [style.dim(`  … ${before} before`)] : []),
    ...shown.map((step) => stepLine(step, options)),
    ...(after > 0 ? [style.dim(`  … ${after} to come`)] : []),
    ...deployment.failures
      .slice(-1)
      .map((one) => style.red(`! ${one.replica}: ${one.reason}${one.drained ? " (drained)" : ""}`)),
    ...(news ? [style.dim(`  ${news}`)] : []),
  ];
  return lines.map((line) => clip(line, columns - 1));
}

function title(
  { id, app, environment, previousVersion, version, status }: DeploymentView,
  style: Style,
): string {
  const way = `${previousVersion ?? "nothing"} → ${version}`;
  return `${style.bold(`${app}/${environment}`)}  ${way}  ${paintOf(style, status)(status)}  ${style.dim(id)}`;
}

function progressLine({ progress, health }: DeploymentView, style: Style): string {
  const share = progress.total === 0 ? 0 : progress.done / progress.total;
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  const bar = style.green("█".repeat(full)) + style.dim("░".repeat(BAR_WIDTH - full));
  const unhealthy = health.unhealthy > 0 ? style.red(`, ${health.unhealthy} unhealthy`) : "";
  return `${bar}  ${progress.done} of ${progress.total} steps  ${health.healthy}/${health.desired} healthy${unhealthy}`;
}

function stepLine(step: Step, { style, now }: FrameOptions): string {
  const glyph = paintOf(style, step.status)(GLYPHS[step.status]);
  const took = step.startedAt === null ? "" : `  ${seconds(between(step.startedAt, step.endedAt, now))}`;
  const label = step.rollback ? `↩ ${step.label}` : step.label;
  const words = step.status === "pending" ? style.dim(label) : label;
  const state = step.status === "succeeded" || step.status === "pending" ? "" : `  ${step.status}`;
  return `${glyph} ${words}${paintOf(style, step.status)(state)}${style.dim(took)}`;
}

/** As many steps as fit, with the one under way among them. */
function windowOf(steps: Step[], room: number): { shown: Step[]; before: number; after: number } {
  if (steps.length <= room) return { shown: steps, before: 0, after: 0 };
  const current = Math.max(
    0,
    steps.findIndex((step) => step.status === "running" || step.status === "pending"),
  );
  const size = Math.max(1, room - 2);
  const first = Math.min(Math.max(0, current - Math.floor(size / 3)), steps.length - size);
  return { shown: steps.slice(first, first + size), before: first, after: steps.length - first - size };
}

function clip(line: string, columns: number): string {
  const flat = line.replaceAll(/[\r\n\t]/g, " ");
  // A line that is too long loses its colours rather than its shape.
  return seen(flat) <= columns ? flat : `${withoutColor(flat).slice(0, Math.max(0, columns - 1))}…`;
}
