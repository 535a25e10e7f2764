// `tutti releases APP`: an app's releases, newest first.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

export function addReleases(program: Command, context: Context): void {
  const command = program
    .command("releases")
    .description("list an app's releases, newest first")
    .argument("<app>");
  pageOptions(command).action(async (app: string, options: PageOptions) => {
    const page = await context.client().releases.list(app, options);
    context.print(page, () => [
      ...table(
        ["VERSION", "CREATED", "BY", "DIGEST"],
        page.items.map((one) => [one.version, moment(one.createdAt), one.createdBy, digestOf(one.artifact)]),
      ),
      ...restLine(page.cursor),
    ]);
  });
}

function digestOf(artifact: { sha256?: string; image?: string }): string {
  return artifact.image ?? artifact.sha256?.slice(0, 12) ?? "–";
}
