// A dry run in words: every step, the replicas it touches, and what it would take.
import type { PlanView } from "#client/views.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { seconds } from "./times.ts";

const SHOWN_REPLICAS = 4;

export function planLines(plan: PlanView, style: Style): string[] {
  const title = `${plan.app}/${plan.environment}  ${plan.previousVersion ?? "nothing"} → ${plan.version}`;
  const steps = plan.steps.map((step, i) => [`${i + 1}`, step.type, step.label, replicasOf(step.replicas)]);
  return [
    style.bold(title),
    ...(steps.length > 0 ? table(["STEP", "TYPE", "WHAT", "REPLICAS"], steps) : ["nothing to do"]),
    `never fewer than ${plan.lowestHealthy} healthy, about ${seconds(plan.estimatedSeconds * 1000)}, about $${plan.estimatedDollars.toFixed(6)}`,
    ...plan.config.map(changeLine),
    ...plan.sizes.map(({ name, from, to }) => `size ${name}: ${from ?? "nothing"} → ${to ?? "nothing"}`),
    ...plan.notes.map((note) => style.dim(`note: ${note}`)),
    style.dim("a dry run: nothing was changed"),
  ];
}

/** Quoted where it is a value; a secret is named by its reference. */
function changeLine({ name, secret, from, to }: PlanView["config"][number]): string {
  const said = (text: string | null) => (text === null ? "nothing" : secret ? text : JSON.stringify(text));
  return `${secret ? "secret" : "config"} ${name}: ${said(from)} → ${said(to)}`;
}

function replicasOf(replicas: string[]): string {
  const rest = replicas.length - SHOWN_REPLICAS;
  return [...replicas.slice(0, SHOWN_REPLICAS), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}
