// The command line itself: its commands, and what becomes of an error: words on stderr, or with --json the problem
// document on stdout, and always the exit code that the contract gives it.
import { Command, CommanderError } from "commander";
import { ClientError } from "#client/client-error.ts";
import own from "./bin/package.json" with { type: "json" };
import { addActions } from "./commands/actions.ts";
import { addApply } from "./commands/apply.ts";
import { addApps } from "./commands/apps.ts";
import { addBadHosts } from "./commands/bad-hosts.ts";
import { addDeploy } from "./commands/deploy.ts";
import { addDeployments } from "./commands/deployments.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvents } from "./commands/events.ts";
import { addHeal } from "./commands/heal.ts";
import { addImage } from "./commands/image.ts";
import { addInsights } from "./commands/insights.ts";
import { addNotifications } from "./commands/notifications.ts";
import { addRelease } from "./commands/release.ts";
import { addReleases } from "./commands/releases.ts";
import { addRestart } from "./commands/restart.ts";
import { addRollback } from "./commands/rollback.ts";
import { addScale } from "./commands/scale.ts";
import { addServices } from "./commands/services.ts";
import { addStatus } from "./commands/status.ts";
import { addTokens } from "./commands/tokens.ts";
import { addTrain } from "./commands/train.ts";
import { addTrains } from "./commands/trains.ts";
import { addWatch } from "./commands/watch.ts";
import { type AddCommand, contextOf } from "./context.ts";
import { EXIT, exitCodeOf, UsageError } from "./exit-code.ts";
import type { Io } from "./io.ts";

const COMMANDS: AddCommand[] = [
  addApply,
  addRelease,
  addDeploy,
  addTrain,
  addTrains,
  addStatus,
  addServices,
  addWatch,
  addRollback,
  addActions,
  addScale,
  addRestart,
  addHeal,
  addDoctor,
  addBadHosts,
  addInsights,
  addNotifications,
  addEvents,
  addApps,
  addReleases,
  addDeployments,
  addTokens,
  addImage,
];

export async function run(args: string[], io: Io): Promise<number> {
  // Commander would take a command's own --version for it, wherever it stands.
  if (args.length === 1 && args[0] === "--version") {
    io.out(`${own.version}\n`);
    return EXIT.done;
  }
  let exitCode: number = EXIT.done;
  const json = () => args.includes("--json");
  const context = contextOf(io, json, (code) => {
    exitCode = code;
  });
  const program = programOf(io, json);
  for (const add of COMMANDS) add(program, context);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return fail(error, io, json());
  }
}

function programOf(io: Io, json: () => boolean): Command {
  return new Command("tutti")
    .description("Rolls releases out to servers, virtual machines, containers and functions.")
    .option("--json", "print the API's answer and nothing else")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: (text) => (json() ? undefined : io.err(text)) })
    .exitOverride()
    .showHelpAfterError("(--help shows how it is used)");
}

function fail(error: unknown, io: Io, json: boolean): number {
  if (error instanceof CommanderError) return failUsage(error, io, json);
  if (json) io.out(`${JSON.stringify(documentOf(error), null, 2)}\n`);
  else for (const line of wordsOf(error)) io.err(`${line}\n`);
  if (!(error instanceof ClientError || error instanceof UsageError) && io.env.TUTTI_DEBUG)
    io.err(`${(error as Error).stack}\n`);
  return exitCodeOf(error);
}

/** Commander has written its words already; asking for help is no error. */
function failUsage(error: CommanderError, io: Io, json: boolean): number {
  if (error.exitCode === 0) return EXIT.done;
  if (json) io.out(`${JSON.stringify(documentOf(new UsageError(error.message)), null, 2)}\n`);
  return EXIT.wrongUse;
}

function documentOf(error: unknown): unknown {
  if (error instanceof ClientError) return error.problem;
  const detail = [messageOf(error), ...(error instanceof UsageError ? error.lines : [])].join("\n");
  return { title: "The command cannot be carried out.", code: "wrong_use", detail };
}

function wordsOf(error: unknown): string[] {
  if (error instanceof UsageError)
    return [`error: ${error.message}`, ...error.lines.map((line) => `  ${line}`)];
  if (!(error instanceof ClientError)) return [`error: ${messageOf(error)}`];
  const faults = error.errors.map(({ path, message }) => `  ${path || "the body"}: ${message}`);
  // With a single fault the sentence already says it.
  return [`error: ${error.message} [${error.code}]`, ...(faults.length > 1 ? faults : []), ...hintOf(error)];
}

function hintOf(error: ClientError): string[] {
  if (error.status === 401)
    return ["  TUTTI_TOKEN holds the token; for the sandbox's own: export TUTTI_TOKEN=$(cat .sandbox/token)"];
  if (error.status === 0) return ["  TUTTI_URL says where the API is; `npm start` runs one here"];
  return [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
