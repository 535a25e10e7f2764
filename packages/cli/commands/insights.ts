// `tutti insights [APP [ENV]]`: DORA's four over the last days.
import { type Command, InvalidArgumentError } from "commander";
import type { Answer } from "#client/operations.ts";
import type { Context } from "../context.ts";
import { table } from "../table.ts";
import { seconds } from "../times.ts";

type One = Answer<"GET /v1/insights">["items"][number];

export function addInsights(program: Command, context: Context): void {
  program
    .command("insights")
    .description("how often, how fast and how well: DORA's four per app and environment")
    .argument("[app]")
    .argument("[environment]")
    .option("--days <count>", "how many days back, 1 to 90", wholeDays, 30)
    .action((app: string | undefined, environment: string | undefined, { days }: { days: number }) =>
      insights(context, { app, environment, days }),
    );
}

type Query = { app: string | undefined; environment: string | undefined; days: number };

async function insights(context: Context, query: Query): Promise<void> {
  const answer = await context.client().call("GET /v1/insights", { query });
  context.print(answer, () => [
    ...table(
      ["TARGET", "PER DAY", "LEAD TIME", "FAILED", "RESTORED IN"],
      answer.items.map((one) => [
        `${one.app}/${one.environment}`,
        `${one.deploymentFrequency.perDay}`,
        length(one.leadTime),
        failed(one),
        length(one.timeToRestore),
      ]),
    ),
    ...(answer.truncated ? ["There were more deployments than are read at once; fewer days tell all."] : []),
  ]);
}

function length({ medianSeconds }: One["leadTime"]): string {
  return medianSeconds === null ? "–" : seconds(medianSeconds * 1000);
}

function failed({ changeFailureRate: { percent, failed: count, changes } }: One): string {
  return percent === null ? "–" : `${percent} % (${count} of ${changes})`;
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 90) return days;
  throw new InvalidArgumentError("must be a whole number from 1 to 90");
}
