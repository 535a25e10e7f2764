// Stands in for the `pulumi` program where SST's CLI calls it: makes an empty stack, and answers `preview` by evaluating the very
// program that the CLI has bundled, under the same mocks as everywhere here. Anything else is refused by its name.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProgramSettings } from "./evaluate.ts";
import type { Graph, Resource } from "./graph.ts";

/** The one that SST 4.17.1 is built against; it asks before anything else. */
const VERSION = "v3.215.0";

const words = process.argv.slice(2);
const after = (flag: string) => words[words.indexOf(flag) + 1]!;

if (words[0] === "version") console.log(VERSION);
else if (words[0] === "stack" && words[1] === "init") writeStack(words[2]!);
else if (words[0] === "preview") preview();
else {
  console.error(`The stub of pulumi does not know: ${words.join(" ")}`);
  process.exit(1);
}

/** `stack`: `organization/app/stage`. */
function writeStack(stack: string): void {
  const [, app, stage] = stack.split("/");
  const file = join(process.cwd(), ".pulumi/stacks", app!, `${stage}.json`);
  mkdirSync(dirname(file), { recursive: true });
  const latest = { manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: VERSION }, resources: [] };
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { stack, latest } }));
}

function preview(): void {
  const [, name, stage] = after("--stack").split("/");
  const outfile = /^main: (.*)$/m.exec(readFileSync("Pulumi.yaml", "utf8"))![1]!;
  const settings: ProgramSettings = {
    app: { name: name!, stage: stage!, removal: "remove", providers: {} },
    account: "000000000000",
    region: process.env.SST_AWS_REGION ?? "us-east-1",
    platform: dirname(outfile),
    outfile,
    resultFile: process.env.GRAPH_FILE!,
  };
  execFileSync(process.execPath, ["--no-warnings", join(import.meta.dirname, "program.ts")], {
    cwd: process.env.PROGRAM_ROOT,
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS: "", PROGRAM_SETTINGS: JSON.stringify(settings) },
  });
  const { resources } = JSON.parse(readFileSync(settings.resultFile, "utf8")) as Graph;
  const events = resources.map((one) => ({
    resOutputsEvent: { metadata: created(one, name!, stage!), planning: true },
  }));
  const summary = { maybeCorrupt: false, durationSeconds: 1, resourceChanges: { create: resources.length } };
  const lines = [...events, { summaryEvent: { ...summary, PolicyPacks: {} } }].map((event, index) =>
    JSON.stringify({ sequence: index + 1, timestamp: 0, ...event }),
  );
  appendFileSync(after("--event-log"), `${lines.join("\n")}\n`);
}

function created({ type, name: own, custom, inputs }: Resource, app: string, stage: string) {
  const urn = `urn:pulumi:${stage}::${app}::${type}::${own}`;
  const parent = `urn:pulumi:${stage}::${app}::pulumi:pulumi:Stack::${app}-${stage}`;
  const made = { type, urn, custom, id: "", parent, inputs, outputs: {}, provider: "" };
  return { op: "create", urn, type, old: null, new: made, provider: "" };
}
