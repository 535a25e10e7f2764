// Evaluates sst.config.ts without a cloud: reads the app, bundles the program, and runs it in a process of its own against Pulumi's
// mocks. What it answers is what would have been asked of AWS.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "#start/open-house.ts";
import { bundleProgram, type Change } from "./bundle-program.ts";
import type { Graph } from "./graph.ts";

export type Evaluation = {
  stage: string;
  account: string;
  region: string;
  secrets: Record<string, string>;
  env?: Record<string, string>;
  changes?: Change[];
  /** What the app says otherwise of itself. */
  app?: Partial<Pick<Graph["app"], "protect" | "removal">>;
  /** Where sst.config.ts is; the repository's root unless another app is meant. */
  config?: string;
};

/** What the child is told, by its environment. */
export type ProgramSettings = {
  app: Graph["app"] & { stage: string };
  account: string;
  region: string;
  platform: string;
  outfile: string;
  resultFile: string;
};

const EVALUATION_MILLISECONDS = 120_000;
const PLATFORM = join(ROOT, ".sst/platform");

export async function evaluate(options: Evaluation): Promise<Graph> {
  if (!existsSync(join(PLATFORM, "node_modules")))
    throw new Error(`${PLATFORM} is not there: .ci/run says how "sst install" unpacks it.`);
  const folder = mkdtempSync(join(tmpdir(), "tutti-sst-"));
  // Beside the platform, so that what stays outside of the bundle is found in its node_modules.
  const name = `evaluated-${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const outfile = join(PLATFORM, `${name}.mjs`);
  try {
    const app = { ...(await readApp(options, outfile)), ...options.app };
    await bundleProgram({ ...programOf(options, app), outfile });
    const { account, region } = options;
    const resultFile = join(folder, "graph.json");
    await run(options, { app, account, region, platform: PLATFORM, outfile, resultFile });
    return JSON.parse(readFileSync(resultFile, "utf8"));
  } finally {
    rmSync(outfile, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The `app` function alone, as the CLI reads it first. */
async function readApp({ config = "", stage }: Evaluation, beside: string): Promise<ProgramSettings["app"]> {
  const outfile = beside.replace(/\.mjs$/, "-app.mjs");
  const code = `import config from "${join(ROOT, config, "sst.config.ts")}";
    export const app = config.app({ stage: ${JSON.stringify(stage)} });`;
  const define = { $config: "globalThis.__config" };
  Object.assign(globalThis, { __config: (config: unknown) => config });
  try {
    await bundleProgram({ root: ROOT, code, outfile, globals: "", define, inject: [], changes: [] });
    const { app } = (await import(pathToFileURL(outfile).href)) as { app: Graph["app"] };
    return { ...app, stage };
  } finally {
    rmSync(outfile, { force: true });
  }
}

function programOf({ config = "", changes = [] }: Evaluation, app: ProgramSettings["app"]) {
  const root = join(ROOT, config);
  const lock = JSON.parse(readFileSync(join(ROOT, ".sst/provider-lock.json"), "utf8"));
  const providers = lock.map((one: { alias: string; package: string }) => {
    return `import * as ${one.alias} from "${one.package}";`;
  });
  const cli = {
    command: "deploy",
    dev: false,
    paths: { home: tmpdir(), root, work: join(ROOT, ".sst"), platform: PLATFORM },
    state: { version: {} },
  };
  return {
    root: ROOT,
    globals: [...providers, `import * as sst from "${PLATFORM}/src/components";`].join("\n"),
    define: { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: "false" },
    inject: [join(PLATFORM, "src/shim/run.js")],
    code: `import { run } from "${PLATFORM}/src/auto/run.ts";
      import config from "${join(root, "sst.config.ts")}";
      export default await run(config.run);`,
    changes,
  };
}

async function run({ secrets, env, config = "" }: Evaluation, settings: ProgramSettings): Promise<void> {
  const secretVariables = Object.entries(secrets).map(([name, value]) => [`SST_SECRET_${name}`, value]);
  await promisify(execFile)(process.execPath, ["--no-warnings", join(import.meta.dirname, "program.ts")], {
    cwd: join(ROOT, config),
    timeout: EVALUATION_MILLISECONDS,
    env: {
      ...process.env,
      ...Object.fromEntries(secretVariables),
      ...env,
      NODE_OPTIONS: "",
      SST_AWS_REGION: settings.region,
      PULUMI_NODEJS_SKIP_COMPONENT_INPUTS: "1",
      PROGRAM_SETTINGS: JSON.stringify(settings),
    },
  });
}
