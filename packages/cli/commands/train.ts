// `tutti train STOP…` or `tutti train FILE`: several deployments in order. A stop is `APP/ENV@VERSION`, or several of them with
// commas between, which run side by side. A file is YAML or JSON, as the API takes it.
import type { Command } from "commander";
import type { Input } from "#client/operations.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { followTrain } from "../follow-train.ts";
import { readDocument } from "../manifest-file.ts";
import { planLines } from "../plan-lines.ts";
import { seconds } from "../times.ts";
import { trainLines } from "../train-lines.ts";

type Options = { name?: string; watch?: boolean; dryRun?: boolean };
type Body = Input<"POST /v1/trains">["body"];

export function addTrain(program: Command, context: Context): void {
  program
    .command("train")
    .description("deploy several releases in order; if one fails, those before it go back")
    .argument("<stops...>", "APP/ENV@VERSION, with commas between those that run side by side; or one file")
    .option("--name <name>", "what people call it")
    .option("--watch", "follow it to its end")
    .option("--dry-run", "show every plan and change nothing")
    .action((stops: string[], options: Options) => train(context, stops, options));
}

async function train(context: Context, stops: string[], { name, watch, dryRun }: Options): Promise<void> {
  const asked = await bodyOf(context.io.cwd, stops);
  const body = { ...asked, ...(name === undefined ? {} : { name }) };
  const client = context.client();
  if (dryRun) {
    const plan = await client.trains.plan(body);
    return context.print(plan, () => [
      ...plan.stops.flatMap(({ index, deployments }) => [
        context.style.bold(`stop ${index + 1}`),
        ...deployments.flatMap((one) => planLines(one, context.style)),
      ]),
      `about ${seconds(plan.estimatedSeconds * 1000)} and $${plan.estimatedDollars.toFixed(6)} in all`,
    ]);
  }
  const made = await client.trains.create(body);
  if (watch) return followTrain(context, made.id);
  context.print(made, () => trainLines(made, context.style));
}

async function bodyOf(cwd: string, stops: string[]): Promise<Body> {
  const [only] = stops;
  if (stops.length === 1 && !only!.includes("@")) return (await readDocument(cwd, only!)) as Body;
  return {
    stops: stops.map((stop) => {
      const side = stop.split(",").map(deploymentOf);
      return side.length === 1 ? side[0]! : side;
    }),
  };
}

const DEPLOYMENT = /^([^/@]+)\/([^/@]+)@(.+)$/;

function deploymentOf(text: string) {
  const [, app, environment, version] = DEPLOYMENT.exec(text) ?? [];
  if (!app || !environment || !version)
    throw new UsageError(`${text} is no stop: it is written APP/ENV@VERSION, or the name of a file`);
  return { app, environment, version };
}
