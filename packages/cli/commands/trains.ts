// `tutti trains`: every train, newest first, or those of one status.
import type { Command } from "commander";
import type { TrainView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { paintOf } from "../style.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

export function addTrains(program: Command, context: Context): void {
  const command = program
    .command("trains")
    .description("list trains, newest first")
    .option("--status <status>");
  pageOptions(command).action(async (options: PageOptions & { status?: string }) => {
    const page = await context.client().trains.list(options);
    const row = (one: TrainView) => [
      one.id,
      one.name ?? "–",
      `${one.progress.done} of ${one.progress.total}`,
      paintOf(context.style, one.status)(one.status),
      moment(one.createdAt),
      one.createdBy,
    ];
    context.print(page, () => [
      ...table(["ID", "NAME", "DONE", "STATUS", "CREATED", "BY"], page.items.map(row)),
      ...restLine(page.cursor),
    ]);
  });
}
