// `tutti heal APP ENV`: one pass of healing now, and what it found.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { paintOf } from "../style.ts";

export function addHeal(program: Command, context: Context): void {
  program
    .command("heal")
    .description("look for unhealthy replicas and drift now, and repair them")
    .argument("<app>")
    .argument("<environment>")
    .action((app: string, environment: string) => heal(context, app, environment));
}

async function heal(context: Context, app: string, environment: string): Promise<void> {
  const run = await context.client().targets.heal(app, environment);
  context.print(run, () => [
    `${app}/${environment}: ${run.summary}`,
    ...run.actions.map(
      ({ replica, finding, action, result }) =>
        `  ${replica ?? "target"}: ${finding} → ${action}: ${paintOf(context.style, result)(result)}`,
    ),
  ]);
}
