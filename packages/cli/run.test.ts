import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { firstDelivery } from "#core/notify/attempts.ts";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { POOL } from "#test/support/a-shop.ts";
import { openTestCli, type TestCli } from "#test/support/cli.ts";

let cli: TestCli;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-cli-"));
  mkdirSync(join(folder, ".git"));
  writeFileSync(join(folder, "tutti.yaml"), "app: shop\nkind: server\nstart: node app.js\nreplicas: 3\n");
  writeFileSync(join(folder, "app.js"), "console.log(1)");
  cli = await openTestCli(folder);
  await cli.api.call("PUT", "/v1/environments/prod", POOL);
});

afterEach(async () => {
  await cli.close();
  rmSync(folder, { recursive: true });
});

async function released(): Promise<void> {
  await cli.tutti(["apply", "-f", "tutti.yaml"]);
  await cli.tutti(["release", "--version", "v1"]);
}

/** Ends every deployment as the engine would, as soon as somebody looks at it a second time. */
function endSoon(status: "succeeded" | "rolled_back", reason = ""): void {
  const { deployments } = cli.api.store;
  const { need } = deployments;
  let looks = 0;
  deployments.need = async (id) => {
    if (++looks === 2)
      await deployments.change(id, (deployment) => ({
        deployment: { ...deployment, status, reason, endedAt: deployment.createdAt },
        events: [{ type: "status", message: `It ${status}.` }],
      }));
    return need(id);
  };
}

test("apply creates, then updates", async () => {
  expect(await cli.tutti(["apply"])).toEqual({ code: 0, out: "shop (server) created\n", err: "" });
  cli.api.clock.advance(1000);
  expect((await cli.tutti(["apply"])).out).toBe("shop (server) updated\n");
});

test("releases are listed of one app, or the newest of all", async () => {
  await released();
  cli.api.clock.advance(1000);
  await cli.tutti(["release", "--version", "v2"]);
  writeFileSync(join(folder, "tutti.yaml"), "app: cafe\nkind: server\nstart: node app.js\n");
  cli.api.clock.advance(1000);
  await released();
  const listed = async (...more: string[]) => {
    const { out } = await cli.tutti(["releases", ...more, "--json"]);
    return JSON.parse(out).items.map((one: { app: string; version: string }) => `${one.app} ${one.version}`);
  };
  expect(await listed("shop")).toEqual(["shop v2", "shop v1"]);
  expect(await listed()).toEqual(["cafe v1", "shop v2", "shop v1"]);
  expect(await listed("--limit", "1")).toEqual(["cafe v1"]);
  expect((await cli.tutti(["releases"])).out.split("\n")[0]).toMatch(/^APP +VERSION +CREATED/);
  expect(await cli.tutti(["releases", "--cursor", "x"])).toMatchObject({ code: 2 });
});

test("apply shows each fault with its line in the file", async () => {
  writeFileSync(
    join(folder, "tutti.yaml"),
    'app: shop\nkind: server\nstart: x\nreplicsa: 3\nenvironments:\n  prod:\n    rollout:\n      batch: "150%"\n',
  );
  const { code, out, err } = await cli.tutti(["apply"]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toBe(
    [
      "error: the manifest was refused",
      "  tutti.yaml:4 replicsa: is not a known key; did you mean replicas?",
      '  tutti.yaml:8 environments.prod.rollout.batch: "150%" is over 100%',
      "",
    ].join("\n"),
  );
});

test("--version alone says the command line's own", async () => {
  expect(await cli.tutti(["--version"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test("a file that is not there or is no YAML is wrong use", async () => {
  expect(await cli.tutti(["apply", "-f", "none.yaml"])).toMatchObject({
    code: 2,
    err: "error: there is no file none.yaml\n",
  });
  writeFileSync(join(folder, "bad.yaml"), "app: shop\nport: [1\n");
  const { code, err } = await cli.tutti(["apply", "-f", "bad.yaml"]);
  expect([code, err.split("\n")[0]]).toEqual([2, "error: bad.yaml is not valid YAML"]);
  expect(err).toContain("bad.yaml:");
});

test("a manifest may be piped in, and its faults have lines too", async () => {
  const piped = (text: string) => cli.tutti(["apply", "-f", "-"], { input: async () => text });
  const manifest = "app: cafe\nkind: server\nstart: node app.js\n";
  expect(await piped(manifest)).toEqual({ code: 0, out: "cafe (server) created\n", err: "" });
  expect(await piped(`${manifest}replicsa: 3\n`)).toEqual({
    code: 2,
    out: "",
    err: "error: the manifest was refused\n  standard input:4 replicsa: is not a known key; did you mean replicas?\n",
  });
  expect(await piped(`${manifest}---\n${manifest}`)).toMatchObject({
    code: 2,
    err: "error: standard input is not valid YAML\n  standard input:4 a second document begins here: give each a file of its own\n",
  });
});

test("the status of an app that there is not is wrong use, of one that was never deployed empty", async () => {
  await released();
  expect(await cli.tutti(["status", "shop"])).toMatchObject({
    code: 0,
    out: "nothing has been deployed yet\n",
  });
  expect(await cli.tutti(["status", "shpo"])).toEqual({
    code: 2,
    out: "",
    err: "error: There is no app shpo. [not_found]\n",
  });
});

test("release packs, uploads and registers; the same folder again is the same release", async () => {
  await cli.tutti(["apply"]);
  const first = await cli.tutti(["release", ".", "--version", "v1", "--json"]);
  const again = await cli.tutti(["release", ".", "--version", "v1", "--json"]);
  expect([first.code, again.code]).toEqual([0, 0]);
  expect(JSON.parse(again.out)).toEqual(JSON.parse(first.out));
  expect(cli.uploads.size).toBe(2);
  writeFileSync(join(folder, "app.js"), "console.log(2)");
  const other = await cli.tutti(["release", ".", "--version", "v1"]);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining("[version_exists]")]);
});

test("deploy --watch prints plain lines and ends 0 where it succeeded", async () => {
  await released();
  endSoon("succeeded");
  const { code, out } = await cli.tutti(["deploy", "shop", "prod", "--version", "v1", "--watch"]);
  expect(code).toBe(0);
  expect(out.split("\n").slice(1)).toEqual([
    "12:00:00  admin deploys v1 to shop/prod. (admin)",
    "12:00:00  It succeeded.",
    "shop/prod v1: succeeded after 0.0 s",
    "",
  ]);
});

test("a deployment that ended otherwise is exit code 1, with its reason", async () => {
  await released();
  endSoon("rolled_back", "web-1: GET /healthz answered 500");
  const { code, out } = await cli.tutti(["deploy", "shop", "prod", "--version", "v1", "--watch"]);
  expect([code, out.split("\n").at(-2)]).toEqual([
    1,
    "shop/prod v1: rolled_back after 0.0 s: web-1: GET /healthz answered 500",
  ]);
});

test("--json prints the API's answer and nothing else, errors too", async () => {
  await released();
  const deployed = await cli.tutti(["deploy", "shop", "prod", "--version", "v1", "--json"]);
  const { id } = JSON.parse(deployed.out);
  expect(JSON.parse((await cli.tutti(["--json", "deployments"])).out)).toEqual(
    (await cli.api.call("GET", "/v1/deployments")).body,
  );
  expect(JSON.parse((await cli.tutti(["events", id, "--json"])).out).items.length).toBe(1);
  const refused = await cli.tutti(["deploy", "shop", "moon", "--version", "v1", "--json"]);
  expect([refused.code, refused.err]).toEqual([2, ""]);
  expect(JSON.parse(refused.out)).toMatchObject({ status: 422, code: "invalid_input" });
  const wrong = await cli.tutti(["deploy", "shop", "--json"]);
  expect([wrong.code, wrong.err, JSON.parse(wrong.out).code]).toEqual([2, "", "wrong_use"]);
});

test("with --json and --watch the deployment as it ended is all that is printed", async () => {
  await released();
  endSoon("succeeded");
  const { code, out } = await cli.tutti(["deploy", "shop", "prod", "--version", "v1", "--watch", "--json"]);
  expect([code, JSON.parse(out).status]).toEqual([0, "succeeded"]);
});

test("exit codes tell wrong use, a refused token and an API that is not reachable apart", async () => {
  const code = async (args: string[], env?: Record<string, string>) =>
    (await cli.tutti(args, env ? { env } : {})).code;
  expect(await code(["--help"])).toBe(0);
  expect(await code([])).toBe(2);
  expect(await code(["conduct"])).toBe(2);
  expect(await code(["deploy", "shop", "prod"])).toBe(2);
  expect(await code(["scale", "shop", "prod", "many"])).toBe(2);
  expect(await code(["watch", "dep_none"])).toBe(2);
  expect(await code(["apps"], { TUTTI_URL: cli.url, TUTTI_TOKEN: "wrong" })).toBe(3);
  expect(await code(["apps"], { TUTTI_URL: cli.url })).toBe(3);
  expect(await code(["pause", "dep_1"], { TUTTI_URL: "http://127.0.0.1:9", TUTTI_TOKEN: "x" })).toBe(4);
  expect(await code(["apps"], { TUTTI_URL: "nonsense" })).toBe(2);
});

test("a token is made, works within its limits, and is refused once revoked", async () => {
  const asked = ["--name", "ci", "--role", "viewer", "--apps", "team-*", "shop", "--expires-in", "12h"];
  const made = await cli.tutti(["tokens", "create", ...asked]);
  expect(made.out.split("\n")[0]).toMatch(
    /^tok_\w+ \(ci\) is viewer for team-\*,shop\/\* until 2026-01-06 00:00:00\.$/,
  );
  const secret = made.out.trim().split("\n").at(-1)!;
  const as = (args: string[]) => cli.tutti(args, { env: { TUTTI_URL: cli.url, TUTTI_TOKEN: secret } });
  expect((await as(["apps"])).code).toBe(0);
  expect((await as(["tokens", "list"])).code).toBe(3);
  const listed = await cli.tutti(["tokens", "list", "--json"]);
  const [token] = JSON.parse(listed.out).items;
  expect(listed.out).not.toContain(secret.slice(-43));
  expect((await cli.tutti(["tokens", "revoke", token.id])).out).toBe(`${token.id} is revoked\n`);
  expect((await cli.tutti(["tokens", "list"])).out).toContain("revoked");
  expect(await as(["apps"])).toMatchObject({ code: 3, err: expect.stringContaining("was revoked") });
});

test("a token that cannot be is wrong use", async () => {
  const create = (...args: string[]) => cli.tutti(["tokens", "create", "--name", "x", ...args]);
  expect(await create("--role", "king")).toMatchObject({ code: 2, err: expect.stringContaining("viewer") });
  expect((await create("--role", "viewer", "--expires-in", "soon")).code).toBe(2);
  expect((await create("--role", "viewer", "--apps", "UPPER")).code).toBe(2);
});

test("an operator's words, lists and status read well", async () => {
  await released();
  const { out } = await cli.tutti(["deploy", "shop", "prod", "--version", "v1"]);
  const id = out.split(" ")[0]!;
  expect((await cli.tutti(["pause", id, "--reason", "lunch"])).out).toBe(
    `${id}  shop/prod  nothing → v1  planning\n`,
  );
  expect((await cli.tutti(["events", id])).out).toContain("12:00:00  Paused by admin: lunch. (admin)");
  const allowed = await cli.tutti(["approve", id]);
  expect([allowed.code, allowed.err]).toEqual([
    2,
    "error: approve is not allowed while the deployment is planning; pause, resume, abort are. [action_not_allowed]\n",
  ]);
  expect((await cli.tutti(["apps"])).out).toBe("APP   KIND    UPDATED\nshop  server  2026-01-05 12:00:00\n");
  expect((await cli.tutti(["status"])).out).toContain(`shop/prod  server  –        0/0      ${id}`);
  expect((await cli.tutti(["status", "shop", "prod"])).out).toContain(`under way  ${id}`);
});

test("services say where apps answer, by which healthy addresses, and how long they can prove who they are", async () => {
  expect((await cli.tutti(["services"])).out).toBe("nothing has been deployed yet\n");
  await released();
  await cli.tutti(["deploy", "shop", "prod", "--version", "v1"]);
  const replica = {
    id: "web-1",
    version: "v1",
    health: "healthy",
    address: "10.0.0.7:8080",
    startedAt: null,
  };
  await cli.api.store.targets.change({ app: "shop", environment: "prod" }, (target) => ({
    ...target,
    endpoint: "http://shop:8100",
    replicas: [replica as never, { ...replica, health: "starting" } as never],
    identity: { secret: "s", issuedAt: "2026-01-05T12:00:00.000Z", expiresAt: "2026-04-05T12:00:00.000Z" },
  }));
  expect((await cli.tutti(["services", "prod"])).out).toBe(
    [
      "SERVICE    ENDPOINT          HEALTHY        IDENTITY UNTIL",
      "shop/prod  http://shop:8100  10.0.0.7:8080  2026-04-05 12:00:00",
      "",
    ].join("\n"),
  );
  expect((await cli.tutti(["services", "dev"])).out).toBe("nothing has been deployed yet\n");
});

test("notifications say who was told what, how often it was tried and what was answered last", async () => {
  const first = firstDelivery("ntf_1", aNotice(), aReceiver(), cli.api.clock.now());
  const failed = { status: "failed", attempts: 8, nextAttemptAt: null, detail: "answered 503" } as const;
  await cli.api.store.deliveries.add({ ...first, ...failed });
  expect((await cli.tutti(["notifications", "--receiver", "ops"])).out).toBe(
    [
      "AT                   TARGET     VERSION  EVENT                    RECEIVER  STATUS  TRIES  LAST",
      "2026-01-05 12:00:00  shop/prod  v3       deployment.rolling_back  ops       failed  8      answered 503",
      "",
    ].join("\n"),
  );
  expect((await cli.tutti(["notifications", "--status", "delivered"])).out).not.toContain("ops");
  expect((await cli.tutti(["notifications", "--status", "lost"])).code).toBe(2);
});
