// `tutti scale APP ENV N`: changes how many replicas are wanted.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";

export function addScale(program: Command, context: Context): void {
  program
    .command("scale")
    .description("change how many replicas are wanted")
    .argument("<app>")
    .argument("<environment>")
    .argument("<replicas>")
    .action((app: string, environment: string, text: string) => scale(context, app, environment, text));
}

async function scale(context: Context, app: string, environment: string, text: string): Promise<void> {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`replicas: "${text}" is not a whole number`);
  const answer = await context.client().targets.scale(app, environment, Number(text));
  context.print(answer, () => [`${app}/${environment} is scaled to ${text}: ${answer.id} ${answer.status}`]);
}
