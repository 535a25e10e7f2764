// `tutti deployments`: every deployment, newest first, or those of one app, environment or status.
import type { Command } from "commander";
import type { DeploymentView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { paintOf } from "../style.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type Options = PageOptions & { app?: string; environment?: string; status?: string };

export function addDeployments(program: Command, context: Context): void {
  const command = program
    .command("deployments")
    .description("list deployments, newest first")
    .option("--app <app>")
    .option("--environment <environment>")
    .option("--status <status>");
  pageOptions(command).action(async (options: Options) => {
    const page = await context.client().deployments.list(options);
    const row = (one: DeploymentView) => [
      one.id,
      `${one.app}/${one.environment}`,
      `${one.previousVersion ?? "–"} → ${one.version}`,
      paintOf(context.style, one.status)(one.status),
      moment(one.createdAt),
      one.createdBy,
    ];
    context.print(page, () => [
      ...table(["ID", "TARGET", "RELEASE", "STATUS", "CREATED", "BY"], page.items.map(row)),
      ...restLine(page.cursor),
    ]);
  });
}
