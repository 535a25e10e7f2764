// `tutti watch ID`: follows a deployment to its end, live on a terminal and as plain lines elsewhere.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { follow } from "../follow.ts";

export function addWatch(program: Command, context: Context): void {
  program
    .command("watch")
    .description("follow a deployment to its end")
    .argument("<id>")
    .action((id: string) => follow(context, id));
}
