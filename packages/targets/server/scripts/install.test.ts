// The scripts as a host runs them: real sh, real files and processes, a systemctl of a few lines.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readResult, readResults, type ScriptResult } from "#targets/host/result.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { readFacts } from "../host-facts.ts";
import { composeScript, hostLines, installVariables, type Verb } from "./compose.ts";

const SYSTEMCTL = `#!/bin/sh
home=$FAKE; echo "$*" >>"$home/calls"
case "$*" in *.2.service*) home=$FAKE/second; mkdir -p "$home" ;; esac
stop() { [ -f "$home/pid" ] && kill -9 "$(cat "$home/pid")" 2>/dev/null; rm -f "$home/pid"; }
case $1 in
  is-enabled) [ -f "$home/unit" ] ;;
  enable) echo "$3" >"$home/unit" ;;
  disable) stop ;;
  restart) stop
    unit=$(cat "$home/unit"); cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")" || exit 1
    set -a; . "$(sed -n 's/^EnvironmentFile=//p' "$unit")"; set +a
    sh "$(dirname "$unit")/start" >/dev/null 2>&1 </dev/null & echo $! >"$home/pid" ;;
  show) pid=$(cat "$home/pid" 2>/dev/null)
    if [ -n "$pid" ]; then echo "ActiveState=active"; else echo "ActiveState=inactive"; fi
    echo "MainPID=$pid"; echo "ExecMainStatus=0" ;;
esac
`;
const APP = `require("node:http").createServer((_, response) => response.end("ok")).listen(process.env.PORT, process.env.HOST);`;
const HOST = `127.77.${(process.pid >> 8) & 255}.${(process.pid & 127) + 1}`;

let home: string;
let server: Server;
let downloads: number;
let artifact: Buffer;
/** A Secrets Manager of one line; `null` where it refuses. */
let store: Server;
let storeUrl: string;
let secret: string | null;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "tutti-host-"));
  mkdirSync(join(home, "bin"));
  mkdirSync(join(home, "app"));
  writeFileSync(join(home, "bin", "systemctl"), SYSTEMCTL, { mode: 0o755 });
  writeFileSync(join(home, "app", "app.js"), APP);
  writeFileSync(join(home, "app", "package.json"), "{}");
  artifact = execFileSync("tar", ["-cz", "-C", join(home, "app"), "."]);
  downloads = 0;
  server = createServer((_request, response) => {
    downloads += 1;
    response.end(artifact);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  secret = "it's CANARY-5150 $HOME";
  store = createServer((_request, response) => {
    const body =
      secret === null ? { __type: "AccessDeniedException", message: "no" } : { SecretString: secret };
    response.writeHead(secret === null ? 400 : 200).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
  storeUrl = `http://127.0.0.1:${(store.address() as { port: number }).port}`;
});
afterEach(async () => {
  await run("removeAll");
  server.close();
  store.close();
  rmSync(home, { recursive: true, force: true });
});

type Options = {
  version?: string;
  app?: string;
  shell?: string;
  setup?: boolean;
  user?: string;
  secrets?: Record<string, string>;
  edit?: (script: string) => string;
  copy?: number;
  /** Makes it a placed app. */
  resources?: { cpu: number; memoryMiB: number; diskGiB?: number };
  capacity?: { cpu: number; memoryMiB: number; diskGiB: number };
};

async function run(verb: Verb, options: Options = {}): Promise<ScriptResult> {
  return readResult(await say(verb, options));
}

async function say(
  verb: Verb,
  options: Options = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { version = "v1", app = "shop", shell = "sh", edit = (script: string) => script } = options;
  const { setup = false, user = userInfo().username, secrets = {}, copy = 1, resources, capacity } = options;
  const spec = aSpec({
    app,
    health: { ...aSpec().health, intervalSeconds: 0.05 },
    server: { pool: "web", supervisor: "systemd", setup, ...(resources ? { placement: "spread" } : {}) },
    ...(resources ? { resources } : {}),
    config: { GREETING: "it's $5" },
    secrets,
  });
  const target = { app, environment: { name: "prod", pools: {}, updatedAt: "" }, spec };
  const pool = { ssm: { tags: {} }, user, directory: "apps" };
  const { port } = server.address() as { port: number };
  const sha256 = createHash("sha256").update(artifact).digest("hex");
  const about = { app, version, manifest: {}, createdAt: "", createdBy: "" };
  const release = { ...about, id: `rel_${version}`, artifact: { sha256 } };
  const more =
    verb === "install"
      ? installVariables(target, release, { link: `http://127.0.0.1:${port}/a`, region: "eu-west-1" })
      : {};
  const script =
    hostLines([{ address: HOST, ...(capacity ? { capacity } : {}) }]) +
    composeScript(verb, target, pool, more, copy);
  const path = `${join(home, "bin")}:${dirname(process.execPath)}:${process.env.PATH}`;
  return new Promise((resolve) => {
    const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "x", AWS_ENDPOINT_URL: storeUrl };
    const env = { PATH: path, FAKE: home, HOME: home, ...keys };
    const child = execFile(shell, ["-s"], { cwd: home, env }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr }),
    );
    child.stdin!.end(edit(script));
  });
}

const base = () => join(home, "apps", "shop-prod");
const restarts = () =>
  readFileSync(join(home, "calls"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("restart")).length;

test("an install answers what runs where, and keeps the environment to its owner", async () => {
  const before = Date.now();
  const result = await run("install");
  expect(result).toMatchObject({ outcome: "ok", version: "v1", release: "rel_v1", host: HOST, port: 8080 });
  expect(result).toMatchObject({ state: "active", health: "healthy", detail: "GET /healthz answered 200" });
  expect(result.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  // Hosts count whole seconds. Told as a second older than that, a copy just started would be started again.
  expect(Date.parse(result.startedAt!)).toBeGreaterThan(before - 1000);
  expect(statSync(join(base(), "env")).mode & 0o777).toBe(0o600);
  expect(readlinkSync(join(base(), "current"))).toBe("releases/rel_v1");
});

test("installing twice, and twice at once, has the effect of once", async () => {
  const results = await Promise.all([run("install"), run("install")]);
  results.push(await run("install"));
  expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok"]);
  expect([downloads, restarts()]).toEqual([1, 1]);
});

test("a rollback flips the link and downloads nothing", async () => {
  await run("install");
  await run("install", { version: "v2" });
  expect(await run("install", { version: "v1" })).toMatchObject({ outcome: "ok", version: "v1" });
  expect(downloads).toBe(2);
  expect(readlinkSync(join(base(), "previous"))).toBe("releases/rel_v2");
});

test("what a killed install left behind does not count as a release", async () => {
  mkdirSync(join(base(), "incoming", "files"), { recursive: true });
  writeFileSync(join(base(), "incoming", "files", "half"), "");
  expect(await run("install")).toMatchObject({ outcome: "ok" });
  expect(existsSync(join(base(), "releases", "rel_v1", "half"))).toBe(false);
});

test("shared data appears in every release and stays when the app is removed", async () => {
  mkdirSync(join(base(), "shared", "uploads"), { recursive: true });
  writeFileSync(join(base(), "shared", "uploads", "photo"), "kept");
  await run("install");
  expect(readFileSync(join(base(), "current", "uploads", "photo"), "utf8")).toBe("kept");
  expect(await run("remove")).toMatchObject({ outcome: "ok" });
  expect(readFileSync(join(base(), "shared", "uploads", "photo"), "utf8")).toBe("kept");
  expect(await run("look")).toMatchObject({ outcome: "ok", state: "absent" });
});

test("a directory that belongs to another target is left alone", async () => {
  mkdirSync(base(), { recursive: true });
  writeFileSync(join(base(), "target"), "sh/op-prod\n");
  expect(await run("install")).toMatchObject({ outcome: "clash" });
});

test("a taken port is passed over, and a claim is kept", async () => {
  mkdirSync(join(home, "apps", ".ports"), { recursive: true });
  execFileSync("ln", ["-s", "tutti-other-prod", join(home, "apps", ".ports", "8080")]);
  expect(await run("install")).toMatchObject({ outcome: "ok", port: 8081 });
  rmSync(join(home, "apps", ".ports", "8080"));
  expect(await run("install", { version: "v2" })).toMatchObject({ outcome: "ok", port: 8081 });
});

test("a host without curl and wget downloads and asks with node", async () => {
  const edit = (script: string) =>
    script.replaceAll("command -v curl", "false").replaceAll("command -v wget", "false");
  expect(await run("install", { edit })).toMatchObject({ outcome: "ok", health: "healthy" });
});

test("a host without flock locks with a directory", async () => {
  const edit = (script: string) => script.replaceAll("command -v flock", "false");
  const results = await Promise.all([run("install", { edit }), run("install", { edit })]);
  expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  expect([downloads, restarts()]).toEqual([1, 1]);
});

test("bash runs the same script as dash", async () => {
  expect(await run("install", { shell: "bash" })).toMatchObject({ outcome: "ok", health: "healthy" });
});

test("a killed process is seen, and a restart brings it back", async () => {
  await run("install");
  process.kill(Number(readFileSync(join(home, "pid"), "utf8")), "SIGKILL");
  rmSync(join(home, "pid"));
  expect(await run("look")).toMatchObject({ health: "unhealthy", version: "v1" });
  expect(await run("restart")).toMatchObject({ outcome: "ok", health: "healthy", version: "v1" });
});

test("a process that hangs is killed before the restart, so that nothing waits for it to heed a signal", async () => {
  await run("install");
  process.kill(pid(), "SIGSTOP");
  // As systemd does: the restart asks, and waits as long as the process is there.
  const waiting = SYSTEMCTL.replace(
    '&& kill -9 "$(cat "$home/pid")"',
    '&& while kill "$(cat "$home/pid")"; do sleep 0.05; done',
  );
  writeFileSync(join(home, "bin", "systemctl"), waiting, { mode: 0o755 });
  expect(await run("restart")).toMatchObject({ outcome: "ok", health: "healthy", version: "v1" });
});

const pid = () => Number(readFileSync(join(home, "pid"), "utf8"));

const REFUSE = `#!/bin/sh\necho "\${0##*/} $*" >>"$FAKE/changes"\necho "\${0##*/}: not available" >&2\nexit 1\n`;

/** What would change the host is refused and written down. */
function refuseChanges(): void {
  for (const name of ["useradd", "apt-get", "dnf"])
    writeFileSync(join(home, "bin", name), REFUSE, { mode: 0o755 });
}

test("setting up a host that has everything changes nothing, and the install goes on", async () => {
  refuseChanges();
  expect(await run("install", { setup: true })).toMatchObject({ outcome: "ok", health: "healthy" });
  expect(existsSync(join(home, "changes"))).toBe(false);
});

test("a host that lacks the user, and gets none, says so before anything is installed", async () => {
  refuseChanges();
  const { outcome, detail } = await run("install", { setup: true, user: "tutti-nobody" });
  expect(outcome).toBe("setup_failed");
  expect(detail).toMatch(
    process.getuid!() === 0
      ? /^The user tutti-nobody does not exist and cannot be made: useradd: not available/
      : /^Making the user tutti-nobody needs root/,
  );
  expect([downloads, existsSync(base())]).toEqual([0, false]);
});

test("a host that lacks a runtime has it installed, or says what the package manager said", async () => {
  refuseChanges();
  const edit = (script: string) => script.replace("need nodejs node", "need nodejs node-of-the-future");
  const { outcome, detail } = await run("install", { setup: true, edit });
  expect(outcome).toBe("setup_failed");
  if (process.getuid!() === 0)
    expect(detail).toBe("node-of-the-future is missing and could not be installed: apt-get: not available");
});

test("the unit is one that systemd takes", async () => {
  await run("install");
  const unit = join(base(), "tutti-shop-prod.service");
  const said = execFileSync(
    "sh",
    ["-c", `command -v systemd-analyze >/dev/null || exit 0; systemd-analyze verify "$0" 2>&1`, unit],
    {
      encoding: "utf8",
    },
  );
  expect(said).not.toContain("tutti-shop-prod.service");
});

const SECRETS = { DB_PASSWORD: "secretsmanager:shop/db" };
const processId = () => readFileSync(join(home, "pid"), "utf8").trim();

test("a secret is in the app's own environment and nowhere else: no file, no argument, no answer", async () => {
  const result = await run("install", { secrets: SECRETS });
  expect(result.outcome).toBe("ok");
  const environment = readFileSync(`/proc/${processId()}/environ`, "utf8").split("\0");
  expect(environment).toContain(`DB_PASSWORD=${secret}`);
  expect(environment.filter((line) => line.includes("CANARY"))).toHaveLength(1);
  expect(readFileSync(`/proc/${processId()}/cmdline`, "utf8")).toBe("node\0app.js\0");
  expect(JSON.stringify(result)).not.toContain("CANARY");
  const found = execFileSync("sh", ["-c", 'grep -rl CANARY "$0" || true', home], { encoding: "utf8" });
  expect(found).toBe("");
});

test("a start reads its secrets anew", async () => {
  await run("install", { secrets: SECRETS });
  secret = "rotated";
  expect((await run("restart", { secrets: SECRETS })).outcome).toBe("ok");
  // It was healthy, so it was left alone.
  execFileSync("kill", ["-9", processId()]);
  rmSync(join(home, "pid"));
  expect((await run("restart", { secrets: SECRETS })).health).toBe("healthy");
  expect(readFileSync(`/proc/${processId()}/environ`, "utf8")).toContain("DB_PASSWORD=rotated\0");
});

test("a secret that cannot be read is told by its reference before the running app is touched", async () => {
  await run("install");
  secret = null;
  const result = await run("install", { version: "v2", secrets: SECRETS });
  expect(result).toMatchObject({
    outcome: "secret_unavailable",
    detail: "The secret DB_PASSWORD (secretsmanager:shop/db) cannot be read: AccessDeniedException: no",
  });
  expect(readlinkSync(join(base(), "current"))).toBe("releases/rel_v1");
  expect(restarts()).toBe(1);
});

test("a release without secrets leaves none of their files behind", async () => {
  await run("install", { secrets: SECRETS });
  await run("install", { version: "v2" });
  expect([existsSync(join(base(), "secrets.json")), existsSync(join(base(), "read-secrets.cjs"))]).toEqual([
    false,
    false,
  ]);
});

const NEEDS = { cpu: 0.75, memoryMiB: 64, diskGiB: 1 };
const CAPACITY = { cpu: 2, memoryMiB: 1000, diskGiB: 10 };

test("two copies on one host have a folder, a unit and a port each, and are looked at together", async () => {
  expect(await run("install")).toMatchObject({ outcome: "ok", port: 8080, copy: 1 });
  expect(await run("install", { copy: 2 })).toMatchObject({ outcome: "ok", port: 8081, copy: 2 });
  const copies = readResults(await say("look"));
  const seen = copies.map(({ copy, port, health }) => [copy, port, health]);
  expect(seen.sort()).toEqual([
    [1, 8080, "healthy"],
    [2, 8081, "healthy"],
  ]);
  expect(await run("remove", { copy: 2 })).toMatchObject({ outcome: "ok" });
  expect(readResults(await say("look")).map(({ copy }) => copy)).toEqual([1]);
});

test("taking the app off the host takes every copy", async () => {
  await run("install");
  await run("install", { copy: 2 });
  expect(await run("removeAll")).toMatchObject({ outcome: "ok" });
  expect([existsSync(base()), existsSync(`${base()}.2`)]).toEqual([false, false]);
  expect(readResults(await say("look"))).toMatchObject([{ outcome: "ok", state: "absent" }]);
});

test("a host tells what it has and who has reserved what", async () => {
  await run("install", { resources: NEEDS });
  const { stdout } = await say("look", { resources: NEEDS, capacity: CAPACITY });
  expect(readFacts(stdout)).toEqual({
    milliCpu: 2000,
    memoryMiB: 1000,
    diskGiB: 10,
    reserved: [{ target: "shop/prod", copy: 1, milliCpu: 750, memoryMiB: 64, diskGiB: 1, apart: "" }],
  });
  const own = readFacts((await say("look", { resources: NEEDS })).stdout)!;
  expect([own.milliCpu >= 1000, own.memoryMiB > 100, own.diskGiB > 0]).toEqual([true, true, true]);
});

test("the last room on a host is taken once, and a copy that asks for no more than it has keeps it", async () => {
  const capacity = { ...CAPACITY, cpu: 1.5 };
  const both = await Promise.all(
    [1, 2].map((copy) => run("install", { copy, resources: { ...NEEDS, cpu: 1 }, capacity })),
  );
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(["no_room", "ok"]);
  expect(both.find(({ outcome }) => outcome === "no_room")!.detail).toBe(
    "There is no room on this host any more: cpu 1 is needed and 0.5 is free.",
  );
  const { copy } = both.find(({ outcome }) => outcome === "ok")!;
  const smaller = { resources: { ...NEEDS, cpu: 0.5 }, capacity: { ...CAPACITY, cpu: 0.25 } };
  expect(await run("install", { copy, ...smaller })).toMatchObject({ outcome: "ok" });
});
