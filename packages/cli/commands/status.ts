// `tutti status [APP [ENV]]`: the targets as last seen, or one of them read live.
import type { Command } from "commander";
import type { TargetView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { paintOf, type Style } from "../style.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

const PAGE = 200;

export function addStatus(program: Command, context: Context): void {
  program
    .command("status")
    .description("what runs where; with an app and an environment, read live")
    .argument("[app]")
    .argument("[environment]")
    .action((app?: string, environment?: string) => status(context, app, environment));
}

async function status(context: Context, app?: string, environment?: string): Promise<void> {
  if (app !== undefined && environment !== undefined) {
    const target = await context.client().targets.get(app, environment);
    return context.print(target, () => targetLines(target, context.style));
  }
  const page = await context.client().targets.list({ app, limit: PAGE });
  // A name that is mistyped is not an app that was never deployed.
  if (app !== undefined && page.items.length === 0) await context.client().apps.get(app);
  // By name, for who looks for one; what is read by a program keeps the API's order.
  const byName = page.items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const rest = page.cursor === null ? [] : [`these are the newest ${PAGE}; name an app to see its own`];
  context.print(page, () => [...listLines(byName, context.style), ...rest]);
}

function listLines(targets: TargetView[], style: Style): string[] {
  if (targets.length === 0) return ["nothing has been deployed yet"];
  return table(
    ["TARGET", "KIND", "RELEASE", "HEALTHY", "UNDER WAY", "ENDPOINT"],
    targets.map((one) => [
      nameOf(one),
      one.kind,
      one.release ?? "–",
      healthy(one, style),
      one.activeDeployment ?? "–",
      one.endpoint ?? "–",
    ]),
  );
}

function nameOf({ app, environment }: TargetView): string {
  return `${app}/${environment}`;
}

function healthy(target: TargetView, style: Style): string {
  const count = target.replicas.filter((replica) => replica.health === "healthy").length;
  const whole = target.kind === "function" ? `${count}` : `${count}/${target.desired}`;
  return target.degraded !== null || count < target.desired ? style.yellow(whole) : style.green(whole);
}

function targetLines(target: TargetView, style: Style): string[] {
  const traffic = target.traffic.map(({ version, percent }) => `${version} ${percent} %`).join(", ");
  return [
    `${style.bold(`${target.app}/${target.environment}`)} (${target.kind})  ${target.release ?? "no release yet"}`,
    `endpoint   ${target.endpoint ?? "–"}`,
    `healthy    ${healthy(target, style)}`,
    ...scalingLines(target),
    ...(traffic ? [`traffic    ${traffic}`] : []),
    ...(target.activeDeployment ? [`under way  ${target.activeDeployment}`] : []),
    ...(target.queue.length > 0 ? [`waiting    ${target.queue.join(", ")}`] : []),
    ...(target.degraded ? [style.red(`degraded   ${target.degraded}`)] : []),
    ...target.drift.map((one) => style.yellow(`drift      ${one}`)),
    `observed   ${moment(target.observedAt)}`,
    "",
    ...replicaLines(target, style),
  ];
}

function scalingLines({ scaling }: TargetView): string[] {
  if (!scaling) return [];
  const { min, max, metric, target, count, value, lastActivity } = scaling;
  const last = lastActivity && `           ${moment(lastActivity.at)} ${lastActivity.cause}`;
  const now = value === null ? "" : ` (now ${Number(value.toPrecision(3))})`;
  return [`scaling    ${count} of ${min} to ${max}, ${metric} ${target}${now}`, ...(last ? [last] : [])];
}

function replicaLines(target: TargetView, style: Style): string[] {
  const sized = target.replicas.some(({ size }) => size !== undefined);
  return table(
    ["REPLICA", "RELEASE", "HEALTH", "ADDRESS", ...(sized ? ["SIZE"] : []), "STARTED"],
    target.replicas.map((one) => [
      one.id,
      one.version ?? "–",
      paintOf(style, one.health)(one.health),
      one.address ?? "–",
      ...(sized ? [one.size ?? "–"] : []),
      moment(one.startedAt),
    ]),
  );
}
