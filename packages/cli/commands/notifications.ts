// `tutti notifications`: which receivers were told what, and what came of it, newest first.
import type { Command } from "commander";
import type { Answer } from "#client/operations.ts";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { paintOf } from "../style.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type Options = PageOptions &
  Partial<Record<"app" | "environment" | "deployment" | "receiver" | "status" | "event", string>>;
type Line = Answer<"GET /v1/notifications">["items"][number];

export function addNotifications(program: Command, context: Context): void {
  const command = program
    .command("notifications")
    .description("list what receivers were told, newest first")
    .option("--app <app>")
    .option("--environment <environment>")
    .option("--deployment <id>")
    .option("--receiver <name>")
    .option("--status <status>", "pending, delivered or failed")
    .option("--event <type>", "such as deployment.failed");
  pageOptions(command).action(async (options: Options) => {
    const page = await context.client().notifications.list(options);
    const row = (one: Line) => [
      moment(one.createdAt),
      `${one.app ?? one.train}/${one.environment}`,
      one.version ?? "–",
      one.event.type,
      one.receiver.name,
      paintOf(context.style, one.status)(one.status),
      String(one.attempts),
      one.detail,
    ];
    context.print(page, () => [
      ...table(
        ["AT", "TARGET", "VERSION", "EVENT", "RECEIVER", "STATUS", "TRIES", "LAST"],
        page.items.map(row),
      ),
      ...restLine(page.cursor),
    ]);
  });
}
