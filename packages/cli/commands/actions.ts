// `tutti pause|resume|promote|approve|reject|abort ID`: an operator's word to a deployment under way; `abort` takes a train as well.
import type { Command } from "commander";
import type { Action } from "#client/views.ts";
import type { Context } from "../context.ts";
import { startedLine } from "../follow.ts";
import { trainLines } from "../train-lines.ts";
import { isTrain } from "./watch.ts";

const ACTIONS: Record<Action, string> = {
  pause: "hold a deployment after the replica it is at",
  resume: "let a paused deployment go on",
  promote: "end the bake under way",
  approve: "let a deployment that awaits approval go on",
  reject: "refuse a deployment that awaits approval",
  abort: "stop a deployment or a train; what it changed is rolled back",
};

export function addActions(program: Command, context: Context): void {
  for (const [action, description] of Object.entries(ACTIONS) as [Action, string][])
    program
      .command(action)
      .description(description)
      .argument("<id>")
      .option("--reason <text>", "why, for those who read the events")
      .action(async (id: string, options: { reason?: string }) => {
        if (action === "abort" && isTrain(id)) return abortTrain(context, id, options.reason);
        const deployment = await context.client().deployments.act(id, action, options.reason);
        context.print(deployment, () => [startedLine(deployment, context.style)]);
      });
}

async function abortTrain(context: Context, id: string, reason: string | undefined): Promise<void> {
  const train = await context.client().trains.abort(id, reason);
  context.print(train, () => trainLines(train, context.style));
}
