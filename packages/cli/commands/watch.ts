// `tutti watch ID`: follows a deployment or a train to its end, live on a terminal and as plain lines elsewhere.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { follow } from "../follow.ts";
import { followTrain } from "../follow-train.ts";

export function addWatch(program: Command, context: Context): void {
  program
    .command("watch")
    .description("follow a deployment or a train to its end")
    .argument("<id>")
    .action((id: string) => (isTrain(id) ? followTrain(context, id) : follow(context, id)));
}

/** Ids say what they name. */
export function isTrain(id: string): boolean {
  return id.startsWith("train_");
}
