import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "#start/open-house.ts";
import { LASTING, lastingTmp } from "./one-temp-folder.ts";

/** A file whose tests leave folders behind. */
const LEAVING = "packages/sandbox/step-functions/executions.test.ts";

test("a run of tests leaves nothing behind in the temporary directory", () => {
  const outside = mkdtempSync(join(tmpdir(), "outside-"));
  const { [LASTING]: _ofThisRun, ...env } = process.env;
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "unit", "--reporter=dot", LEAVING];
  const ran = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, TMPDIR: outside, NODE_OPTIONS: "" },
  });
  expect(ran.status, String(ran.stderr)).toBe(0);
  expect(readdirSync(outside)).toEqual([]);
  rmSync(outside, { recursive: true });
});

test("all that this run leaves is in one folder, which other users may go through, and what is to last is outside", () => {
  expect(tmpdir()).toMatch(/\/tutti-tests-\w+$/);
  expect(statSync(tmpdir()).mode & 0o7777).toBe(0o1777);
  expect(tmpdir().startsWith(`${lastingTmp()}/`)).toBe(true);
});
