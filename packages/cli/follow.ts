// Follows a deployment to its end: drawn in place on a terminal, a line per event elsewhere, with --json nothing but
// the deployment as it ended. The exit code says whether it succeeded.
import type { DeploymentView, EventView } from "#client/views.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import { frame } from "./frame.ts";
import { paintOf, type Style } from "./style.ts";
import { between, clock, seconds } from "./times.ts";

const REDRAW_MS = 200;

export async function follow(context: Context, id: string): Promise<void> {
  const last = context.json()
    ? await followSilently(context, id)
    : context.io.terminal
      ? await followLive(context, id)
      : await followPlainly(context, id);
  if (context.json()) context.print(last, () => []);
  else context.line(endLine(last, context));
  context.exitWith(last.status === "succeeded" ? EXIT.done : EXIT.endedOtherwise);
}

async function followSilently(context: Context, id: string): Promise<DeploymentView> {
  let last: DeploymentView | undefined;
  for await (const { deployment } of context.client().watchDeployment(id)) last = deployment;
  return last!;
}

async function followPlainly(context: Context, id: string): Promise<DeploymentView> {
  let last: DeploymentView | undefined;
  for await (const { deployment, events } of context.client().watchDeployment(id)) {
    if (!last) context.line(startedLine(deployment, context.style));
    for (const event of events) context.line(eventLine(event, context.style));
    last = deployment;
  }
  return last!;
}

async function followLive(context: Context, id: string): Promise<DeploymentView> {
  const { io, style } = context;
  let last: DeploymentView | undefined;
  let news = "";
  let drawn = 0;
  const draw = () => {
    if (!last) return;
    const size = { columns: io.columns(), rows: io.rows() };
    const lines = frame(last, news, { ...size, now: io.now(), style });
    io.out(`${drawn > 0 ? `\x1b[${drawn}A` : ""}\x1b[J${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  const redraw = setInterval(draw, REDRAW_MS);
  try {
    for await (const { deployment, events } of context.client().watchDeployment(id)) {
      last = deployment;
      news = events.at(-1)?.message ?? news;
      draw();
    }
  } finally {
    clearInterval(redraw);
  }
  return last!;
}

export function startedLine(deployment: DeploymentView, style: Style): string {
  const { id, app, environment, previousVersion, version, status } = deployment;
  const way = `${previousVersion ?? "nothing"} → ${version}`;
  return `${id}  ${style.bold(`${app}/${environment}`)}  ${way}  ${paintOf(style, status)(status)}`;
}

export function eventLine(event: EventView, style: Style): string {
  const actor = event.actor ? style.dim(` (${event.actor})`) : "";
  const message = event.type === "failure" ? style.red(event.message) : event.message;
  return `${style.dim(clock(event.at))}  ${message}${actor}`;
}

function endLine(deployment: DeploymentView, { style, io }: Context): string {
  const { app, environment, version, status, reason } = deployment;
  const took = seconds(between(deployment.startedAt ?? deployment.createdAt, deployment.endedAt, io.now()));
  const words = `${app}/${environment} ${version}: ${paintOf(style, status)(status)} after ${took}`;
  return reason ? `${words}: ${reason}` : words;
}
