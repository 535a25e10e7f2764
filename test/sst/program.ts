// Runs a bundled SST program against Pulumi's mocks and writes down every resource that it registers. A process of its own: Pulumi
// keeps its state in globals, and an Output that fails never settles what hangs on it, so the first error ends the process.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProgramSettings } from "./evaluate.ts";
import type { Graph, Resource } from "./graph.ts";
import { plainValue } from "./plain-value.ts";
import { answerOf } from "./provider-answers.ts";
import { providerState } from "./provider-state.ts";
import { serveRpc } from "./rpc.ts";

const settings: ProgramSettings = JSON.parse(process.env.PROGRAM_SETTINGS!);
const require = createRequire(join(settings.platform, "package.json"));
const pulumi = require("@pulumi/pulumi");
const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks");

/** SST ends physical names with eight random bytes; the same ones each time make graphs comparable. */
function fixNames(): void {
  const crypto = require("node:crypto");
  crypto.randomBytes = (count: number) => (count === 8 ? Buffer.alloc(8, 1) : randomBytes(count));
  syncBuiltinESMExports();
}

type Registration = {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete?(): boolean;
};
type Asked = { type: string; name: string; id?: string; custom?: boolean; inputs: Record<string, unknown> };

const resources: Resource[] = [];
const bundles: Graph["bundles"] = {};
let beats = 0;

/** The mocks hear of type, name and inputs; the options of a registration are read beside them. */
function listen(): void {
  const register = MockMonitor.prototype.registerResource;
  MockMonitor.prototype.registerResource = function (request: Registration, callback: unknown) {
    resources.push({
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete?.() ?? false,
      inputs: {},
    });
    return register.call(this, request, callback);
  };
}

function newResource({ type, name, id, custom, inputs }: Asked) {
  beats++;
  const values = plainValue(inputs) as Record<string, unknown>;
  // With an id it is read, not made: SST reads the role that a function is given, under the name it would have given its own.
  const registered = id ? undefined : resources.findLast((one) => one.type === type && one.name === name);
  if (registered) registered.inputs = values;
  const made =
    custom === false ? { id: "", state: inputs } : providerState(settings, { type, name, inputs: values });
  return { id: id || made.id, state: { ...inputs, ...made.state } };
}

async function settle(): Promise<void> {
  for (let calm = 0, seen = -1; calm < 3; calm = seen === beats ? calm + 1 : 0) {
    seen = beats;
    await pulumi.runtime.waitForRPCs?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function main(): Promise<void> {
  fixNames();
  listen();
  process.env.SST_SERVER = await serveRpc(() => beats++, bundles);
  const { app } = settings;
  await pulumi.runtime.setMocks(
    {
      newResource,
      call: ({ token, inputs }: { token: string; inputs: Record<string, unknown> }) => {
        beats++;
        return answerOf(settings, token, plainValue(inputs) as Record<string, unknown>);
      },
    },
    app.name,
    app.stage,
    false,
    "organization",
  );
  const output = await pulumi.runtime.runInPulumiStack(
    async () => (await import(pathToFileURL(settings.outfile).href)).default,
  );
  await settle();
  const outputs = await new Promise((resolve) => pulumi.output(output ?? {}).apply(resolve));
  await settle();
  const made = resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  writeFileSync(
    settings.resultFile,
    JSON.stringify({ app, resources: made, bundles, outputs: plainValue(outputs) }),
  );
  process.exit(0);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.stack : String(error));
  process.exit(1);
}

process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);
main().catch(fail);
