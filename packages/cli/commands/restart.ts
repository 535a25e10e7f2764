// `tutti restart APP ENV`: fresh copies of what runs, as a rollout replaces them.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { follow, startedLine } from "../follow.ts";

type Options = { watch?: boolean; override?: string };

export function addRestart(program: Command, context: Context): void {
  program
    .command("restart")
    .description("replace all copies by fresh ones of the same release, without a pause in service")
    .argument("<app>")
    .argument("<environment>")
    .option("--watch", "follow it to its end")
    .option("--override <reason>", "an admin's word against a freeze, and why")
    .action((app: string, environment: string, options: Options) =>
      restart(context, app, environment, options),
    );
}

async function restart(
  context: Context,
  app: string,
  environment: string,
  { watch, override: reason }: Options,
): Promise<void> {
  const word = reason === undefined ? {} : { override: { reason } };
  const deployment = await context.client().targets.restart(app, environment, word);
  if (watch) return follow(context, deployment.id);
  context.print(deployment, () => [startedLine(deployment, context.style)]);
}
