// The blueprint has two builders. Here both build it, one on the sandbox by AWS's own calls and one by SST under Pulumi's mocks, and
// what they made is held against each other; then the SST program is changed on purpose, and each change must be noticed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import { type Bundle, bundleFunctions } from "#infra/bundles/bundle.ts";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { deployBlueprint } from "#start/deploy/deploy-blueprint.ts";
import { ROOT } from "#start/open-house.ts";
import { sha256Hex } from "#start/token.ts";
import { type Built, differences } from "./built.ts";
import { builtBySst } from "./built-by-sst.ts";
import { builtOnSandbox } from "./built-on-sandbox.ts";
import type { Change } from "./bundle-program.ts";
import { evaluate } from "./evaluate.ts";
import type { Graph } from "./graph.ts";

const ACCOUNT = "000000000000";
const REGION = "us-east-1";
const NETWORK = {
  subnetIds: ["subnet-sandbox-a", "subnet-sandbox-b"],
  securityGroupIds: ["sg-sandbox-default"],
};
const TOKEN = "token-of-the-two-builders";

const directory = mkdtempSync(join(tmpdir(), "tutti-builders-"));
let sandbox: Sandbox;
let onSandbox: Built;
let bundles: Bundle[];

beforeAll(async () => {
  const installation = { name: "tutti-test", account: ACCOUNT, region: REGION };
  const plan = blueprint(installation, sha256Hex(TOKEN), {}, { network: NETWORK });
  bundles = await bundleFunctions(ROOT, plan.functions);
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  const access = () => ({
    endpoint: sandbox.endpoint,
    region: REGION,
    credentials: { ...sandbox.rootCredentials },
  });
  await deployBlueprint(plan, bundles, access());
  onSandbox = await builtOnSandbox(access());
});

afterAll(async () => {
  await sandbox?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function evaluated(...changes: Change[]): Promise<Graph> {
  const place = { stage: "test", account: ACCOUNT, region: REGION };
  const env = {
    TUTTI_SUBNET_IDS: NETWORK.subnetIds.join(),
    TUTTI_SECURITY_GROUP_IDS: NETWORK.securityGroupIds.join(),
  };
  return evaluate({ ...place, secrets: { AdminToken: TOKEN }, env, changes });
}

async function bySst(...changes: Change[]): Promise<Built> {
  return builtBySst(await evaluated(...changes));
}

test("the two builders agree on every function, variable, permission, schedule, rule and definition", async () => {
  const built = await bySst();
  expect(differences(onSandbox, built)).toEqual([]);
  // What is empty on both sides agrees as well, so each kind of thing is counted.
  const counts = Object.entries(built).map(([kind, things]) => [kind, Object.keys(things).length > 0]);
  expect(counts.filter(([, any]) => !any)).toEqual([]);
});

test("those that call what others name are in the network that was said, and no others", () => {
  const inside = Object.entries(onSandbox.functions).filter(([, one]) => one.network.length > 0);
  expect(inside.map(([name]) => name).sort()).toEqual(
    ["driver-server", "events-notify", "hooks"].map((short) => `tutti-test-${short}`),
  );
});

test("the two builders give each function the same files", async () => {
  const graph = await evaluated();
  const folders = Object.values(graph.bundles);
  expect(folders.map(shortOf).sort()).toEqual(bundles.map((one) => one.short).sort());
  for (const { short, zip } of bundles) {
    const folder = folders.find((one) => shortOf(one) === short)!;
    const files = unzipSync(zip);
    expect(filesBelow(folder), short).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(folder, name)).equals(content), `${short}: ${name}`).toBe(true);
  }
});

/** A folder is named by its function and a digest of what is in it. */
function shortOf(folder: string): string {
  return basename(folder).replace(/-[0-9a-f]{16}$/, "");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(folder, join(one.parentPath, one.name)))
    .sort();
}

const change = (file: string, from: string, to: string): Change => ({
  file: `packages/infra/sst/${file}`,
  from,
  to,
});

test.each([
  [
    "a permission that is gone",
    change(
      "roles.ts",
      "policyDocument(statements)",
      'policyDocument(statements.slice(short === "api" ? 1 : 0))',
    ),
    /^roles\.tutti-test-api\.policies\.grants\.Statement: /,
  ],
  [
    "one action less in one statement",
    change(
      "roles.ts",
      "policyDocument(statements)",
      'policyDocument(statements).replace(\'"lambda:UpdateAlias",\', "")',
    ),
    /^roles\.tutti-test-driver-function\.policies\.grants\.Statement: /,
  ],
  [
    "a role that others may assume",
    change("roles.ts", "trustPolicy(service, ", 'trustPolicy(service.replace("states", "ec2"), '),
    /^roles\.tutti-test-rollout\.trust\./,
  ],
  [
    "another definition",
    change(
      "workflows.ts",
      "JSON.stringify(machine.definition)",
      "JSON.stringify({ ...machine.definition, TimeoutSeconds: 60 })",
    ),
    /^stateMachines\.tutti-test-rollout\.definition\.TimeoutSeconds: /,
  ],
  [
    "a function that is not built",
    change(
      "functions.ts",
      "plan.functions.map((one)",
      'plan.functions.filter((one) => one.short !== "image").map((one)',
    ),
    /^functions\.tutti-test-image: .* here, nothing there$/,
  ],
  [
    "a variable that is left out",
    change("functions.ts", ": one.environment;", ": { TUTTI_TABLE: plan.names.table };"),
    /^functions\.tutti-test-events-sweep\.environment\.TUTTI_BUCKET: /,
  ],
  [
    "a function that is left outside of the network",
    change("functions.ts", "vpc: one.network && {", "vpc: undefined && {"),
    /^functions\.tutti-test-hooks\.network: /,
  ],
  [
    "a rule of another pattern",
    change("events.ts", "JSON.stringify(rule.pattern)", 'JSON.stringify({ source: ["aws.s3"] })'),
    /^rules\.tutti-test-artifact\.pattern\.detail/,
  ],
  [
    "a schedule at another pace",
    change("events.ts", "scheduleExpression: one.expression", 'scheduleExpression: "rate(5 minutes)"'),
    /^schedules\.tutti-test-sweep\.expression: "rate\(1 minute\)" here, "rate\(5 minutes\)" there$/,
  ],
  [
    "an alarm of another threshold",
    change("alarms.ts", "threshold: one.threshold", "threshold: one.threshold + 1"),
    /^alarms\.tutti-test-failed-deployments\.threshold: /,
  ],
  [
    "a function that anyone may invoke",
    change("events.ts", "sourceArn: made.arn,", ""),
    /^permissions\.tutti-test-events-artifact: /,
  ],
] as const)("%s is noticed", async (_, one, noticed) => {
  const found = differences(onSandbox, await bySst(one));
  expect(found.filter((line) => noticed.test(line))).not.toEqual([]);
});

test("a change that no longer fits the source is told, so that none of the above can pass by doing nothing", async () => {
  await expect(bySst(change("roles.ts", "no such text", ""))).rejects.toThrow(/"no such text" 0 times/);
});
