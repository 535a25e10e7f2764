// docs/first-deployment.md, executed: its commands are read out of the document and run in one shell against the sandbox, but for those
// under *on AWS*, which must be such as test/sst proves without a cloud.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "#start/open-house.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";

const PAGE = readFileSync(join(ROOT, "docs/first-deployment.md"), "utf8");

type Block = { onAws: boolean; commands: string };
const BLOCKS: Block[] = [...PAGE.matchAll(/(\*on AWS\*\n\n)?```sh\n([\s\S]*?)```/g)].map(
  ([, onAws, commands]) => ({
    onAws: onAws !== undefined,
    commands: commands!,
  }),
);

let house: TestHouse;
const folder = mkdtempSync(join(tmpdir(), "tutti-first-"));
beforeAll(async () => {
  house = await startHouse();
});
afterAll(async () => {
  await house?.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** What the deployments on AWS would have left behind: the outputs of both, the platform's being the sandbox's own. */
async function layOut(): Promise<void> {
  const { items } = await house.client.environments.list();
  const { name, updatedAt, ...settings } = items.find((one) => one.name === "prod")!;
  const outputs = (path: string, value: unknown) => {
    mkdirSync(join(folder, path, ".sst"), { recursive: true });
    writeFileSync(join(folder, path, ".sst/outputs.json"), JSON.stringify(value));
  };
  outputs("", { url: `${house.apiUrl}/` });
  outputs("examples/platform", { settings: JSON.stringify(settings) });
  symlinkSync(join(ROOT, "examples/server"), join(folder, "examples/server"));
}

/** `npx tutti` is the command of this very repository; nothing else may be asked of npx. */
const NPX = `npx() { [ "$1" = tutti ] || return 99; shift; "${process.execPath}" --no-warnings "${ROOT}/packages/cli/bin/tutti.ts" "$@"; }`;

function run(script: string): Promise<{ code: number; out: string }> {
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", TUTTI_TOKEN: house.token };
  return new Promise((resolve) => {
    execFile("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: `${stdout}${stderr}` });
    });
  });
}

test("the document leads from its fourth step to a release, to the next, back, and through a broken one", async () => {
  await layOut();
  const here = BLOCKS.filter((one) => !one.onAws).map((one) => one.commands);
  expect(here).toHaveLength(6);
  const { code, out } = await run([NPX, ...here].join("\n"));
  expect(code, out).toBe(0);
  expect(out).toContain("prod: all well");
  const { items } = await house.client.deployments.list({ app: "sample-app" });
  expect(items.map((one) => [one.version, one.status])).toEqual([
    ["v3", "rolled_back"],
    ["v1", "succeeded"],
    ["v2", "succeeded"],
    ["v1", "succeeded"],
  ]);
  expect((await house.client.tokens.list()).items.map((one) => one.name)).toContain("ci");
});

/** Proven elsewhere: both programs by test/sst, the rest by everybody. */
const PROVEN = [
  /^git clone \S+ && cd tutti$/,
  /^npm install$/,
  /^export (AWS_REGION=\S+|TUTTI_TOKEN=\$\(openssl rand -base64 32\))$/,
  /^export PLATFORM_DOMAIN=[a-z.]+ PLATFORM_ZONE_ID=Z[A-Z0-9]+$/,
  /^\(cd examples\/platform && npx sst deploy --stage prod\)$/,
  /^npx sst secret set AdminToken "\$TUTTI_TOKEN" --stage production$/,
  /^npx sst deploy --stage production$/,
];

test("what needs AWS is nothing but what is proven without it", () => {
  const lines = BLOCKS.filter((one) => one.onAws).flatMap((one) => one.commands.trim().split("\n"));
  expect(lines.filter((line) => !PROVEN.some((known) => known.test(line)))).toEqual([]);
  expect(lines).toHaveLength(8);
});
