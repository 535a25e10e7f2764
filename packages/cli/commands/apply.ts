// `tutti apply -f tutti.yaml`: creates or replaces an app's manifest. Faults are shown with their line in the file.
import type { Command } from "commander";
import { ClientError } from "#client/client-error.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { lineOfPath, readManifest, readPiped, STANDARD_INPUT } from "../manifest-file.ts";

export function addApply(program: Command, context: Context): void {
  program
    .command("apply")
    .description("create or replace an app from its manifest")
    .option("-f, --file <path>", "the manifest, or - for standard input", "tutti.yaml")
    .action((options: { file: string }) => apply(context, options.file));
}

async function apply(context: Context, path: string): Promise<void> {
  const { io } = context;
  const file = path === STANDARD_INPUT ? await readPiped(io) : await readManifest(io.cwd, path);
  try {
    const app = await context.client().apps.put(file.app, file.manifest);
    const done = app.createdAt === app.updatedAt ? "created" : "updated";
    context.print(app, () => [`${context.style.bold(app.app)} (${app.kind}) ${done}`]);
  } catch (error) {
    if (context.json() || !(error instanceof ClientError) || error.errors.length === 0) throw error;
    const faults = error.errors.map((fault) => ({ ...fault, line: lineOfPath(file, fault.path) }));
    const lines = faults
      .sort((a, b) => a.line - b.line)
      .map((fault) => `${file.path}:${fault.line} ${fault.path}: ${fault.message}`);
    throw new UsageError("the manifest was refused", lines);
  }
}
