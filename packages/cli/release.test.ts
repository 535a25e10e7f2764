import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL } from "#test/support/a-shop.ts";
import { openTestCli, type TestCli } from "#test/support/cli.ts";

let cli: TestCli;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-cli-"));
  mkdirSync(join(folder, "deploy"));
  writeFileSync(
    join(folder, "deploy/shop.yaml"),
    "app: shop\nkind: server\nstart: node app.js\nreplicas: 3\n",
  );
  writeFileSync(join(folder, "app.js"), "console.log(1)");
  cli = await openTestCli(folder);
  await cli.api.call("PUT", "/v1/environments/prod", POOL);
  await cli.tutti(["apply", "-f", "deploy/shop.yaml"]);
});

afterEach(async () => {
  await cli.close();
  rmSync(folder, { recursive: true });
});

const release = (...more: string[]) =>
  cli.tutti(["release", ".", "-f", "deploy/shop.yaml", "--version", "v1", ...more]);
const registered = () => cli.api.store.releases.get("shop", "v1");

/** Whatever this machine's own settings of git are. */
function git(...words: string[]): string {
  const author = ["-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"];
  const env = { ...process.env, GIT_COMMITTER_DATE: "2025-12-31T23:00:00+01:00" };
  return execFileSync("git", ["-C", folder, ...author, ...words], { env, encoding: "utf8" }).trim();
}

test("the manifest that names the app may lie elsewhere", async () => {
  expect((await release()).out).toContain("shop v1 released");
  expect((await registered())?.commit).toBeUndefined();
  expect(await release("--app", "shop")).toMatchObject({
    code: 2,
    err: "error: --app and --file both name the app: give one of them\n",
  });
});

test("a commit that git knows is told whole and with its time, by whatever name", async () => {
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  expect((await release("--commit", "HEAD")).code).toBe(0);
  expect((await registered())?.commit).toEqual({
    sha: git("rev-parse", "HEAD"),
    at: "2025-12-31T22:00:00.000Z",
  });
});

test("one that git does not know is told as it is, where it is a SHA", async () => {
  expect(await release("--commit", "--all")).toMatchObject({ code: 2 });
  expect((await release("--commit", "main")).err).toBe(
    "error: --commit main: git knows no such commit here, and it is no SHA\n",
  );
  expect((await release("--commit", "4c1b2d8")).code).toBe(0);
  expect((await registered())?.commit).toEqual({ sha: "4c1b2d8" });
});
