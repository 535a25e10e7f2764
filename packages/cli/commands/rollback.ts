// `tutti rollback APP ENV [--to V]`: back to the last different release that succeeded there, or to the one named.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { follow, startedLine } from "../follow.ts";
import { planLines } from "../plan-lines.ts";

type Options = { to?: string; watch?: boolean; dryRun?: boolean; override?: string };

export function addRollback(program: Command, context: Context): void {
  program
    .command("rollback")
    .description("go back to an earlier release; supersedes a deployment under way")
    .argument("<app>")
    .argument("<environment>")
    .option("--to <version>", "the release; by default the last different one that succeeded there")
    .option("--watch", "follow it to its end")
    .option("--dry-run", "show the plan and change nothing")
    .option("--override <reason>", "an admin's word against a freeze, and why")
    .action((app: string, environment: string, options: Options) =>
      rollback(context, app, environment, options),
    );
}

async function rollback(context: Context, app: string, environment: string, options: Options): Promise<void> {
  const override = options.override === undefined ? undefined : { reason: options.override };
  const request = { environment, version: options.to, override };
  if (options.dryRun) {
    const plan = await context.client().deployments.planRollback(app, request);
    return context.print(plan, () => planLines(plan, context.style));
  }
  const deployment = await context.client().deployments.rollback(app, request);
  if (options.watch) return follow(context, deployment.id);
  context.print(deployment, () => [startedLine(deployment, context.style)]);
}
