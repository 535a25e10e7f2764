// `tutti restart APP ENV`: fresh copies of what runs, as a rollout replaces them.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { follow, startedLine } from "../follow.ts";

export function addRestart(program: Command, context: Context): void {
  program
    .command("restart")
    .description("replace all copies by fresh ones of the same release, without a pause in service")
    .argument("<app>")
    .argument("<environment>")
    .option("--watch", "follow it to its end")
    .action((app: string, environment: string, { watch = false }: { watch?: boolean }) =>
      restart(context, app, environment, watch),
    );
}

async function restart(context: Context, app: string, environment: string, watch: boolean): Promise<void> {
  const deployment = await context.client().targets.restart(app, environment);
  if (watch) return follow(context, deployment.id);
  context.print(deployment, () => [startedLine(deployment, context.style)]);
}
