// `tutti events ID`: what happened to a deployment, oldest first.
import type { Command } from "commander";
import type { EventView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { eventLine } from "../follow.ts";

const PAGE = 200;

export function addEvents(program: Command, context: Context): void {
  program
    .command("events")
    .description("what happened to a deployment, oldest first")
    .argument("<id>")
    .option("--after <seq>", "only those after this one", "0")
    .action((id: string, options: { after: string }) => events(context, id, Number(options.after)));
}

async function events(context: Context, id: string, after: number): Promise<void> {
  const first = await context.client().deployments.events(id, { after, limit: PAGE });
  if (context.json()) return context.print(first, () => []);
  let page: EventView[] = first.items;
  while (page.length > 0) {
    for (const event of page) context.line(eventLine(event, context.style));
    if (page.length < PAGE) return;
    page = (await context.client().deployments.events(id, { after: page.at(-1)!.seq, limit: PAGE })).items;
  }
}
