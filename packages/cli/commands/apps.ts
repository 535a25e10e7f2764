// `tutti apps`: every app, newest first.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

export function addApps(program: Command, context: Context): void {
  pageOptions(program.command("apps").description("list apps, newest first")).action(
    async (options: PageOptions) => {
      const page = await context.client().apps.list(options);
      context.print(page, () => [
        ...table(
          ["APP", "KIND", "UPDATED"],
          page.items.map((app) => [app.app, app.kind, moment(app.updatedAt)]),
        ),
        ...restLine(page.cursor),
      ]);
    },
  );
}
