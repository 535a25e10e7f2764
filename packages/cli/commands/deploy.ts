// `tutti deploy APP ENV --version V`: starts a deployment, shows its plan (`--dry-run`) or follows it (`--watch`).
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { follow, startedLine } from "../follow.ts";
import { planLines } from "../plan-lines.ts";

type Conflict = "queue" | "reject" | "supersede";
type Options = {
  version: string;
  watch?: boolean;
  dryRun?: boolean;
  onConflict?: Conflict;
  rollout?: string;
  override?: string;
};

export function addDeploy(program: Command, context: Context): void {
  program
    .command("deploy")
    .description("make a target run a release")
    .argument("<app>")
    .argument("<environment>")
    .requiredOption("--version <version>", "the release")
    .option("--watch", "follow it to its end")
    .option("--dry-run", "show the plan and change nothing")
    .option("--on-conflict <what>", "queue, reject or supersede where another is under way")
    .option("--rollout <json>", "keys of the manifest's rollout for this once, e.g. '{\"batch\":2}'")
    .option("--override <reason>", "an admin's word against a freeze, and why")
    .action((app: string, environment: string, options: Options) =>
      deploy(context, app, environment, options),
    );
}

async function deploy(context: Context, app: string, environment: string, options: Options): Promise<void> {
  const { version, onConflict } = options;
  const override = options.override === undefined ? undefined : { reason: options.override };
  const request = { environment, version, onConflict, rollout: rolloutOf(options.rollout), override };
  if (options.dryRun) {
    const plan = await context.client().deployments.plan(app, request);
    return context.print(plan, () => planLines(plan, context.style));
  }
  const deployment = await context.client().deployments.create(app, request);
  if (options.watch) return follow(context, deployment.id);
  context.print(deployment, () => [startedLine(deployment, context.style)]);
}

function rolloutOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UsageError(`--rollout is not JSON: ${text}`);
  }
}
