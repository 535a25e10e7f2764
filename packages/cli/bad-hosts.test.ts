import { afterEach, beforeEach, expect, test } from "vitest";
import { POOL } from "#test/support/a-shop.ts";
import { openTestCli, type TestCli } from "#test/support/cli.ts";

let cli: TestCli;
beforeEach(async () => {
  cli = await openTestCli("/");
  await cli.api.call("PUT", "/v1/environments/prod", POOL);
});
afterEach(() => cli.close());

const badHosts = (...args: string[]) => cli.tutti(["bad-hosts", "prod", ...args]);
const NONE = "No host of prod is marked bad.\n";

test("a host is marked with why, stays so until somebody clears it, and is cleared", async () => {
  expect(await badHosts()).toEqual({ code: 0, out: NONE, err: "" });
  const marked = [
    "web/web-2 of prod is marked; no copy is known there",
    "HOST       SINCE                BY     UNTIL               WHY",
    "web/web-2  2026-01-05 12:00:00  admin  somebody clears it  its disk is being replaced",
    "",
  ];
  const { code, out } = await badHosts("--mark", "web/web-2", "--why", "its disk is being replaced");
  expect([code, out]).toEqual([0, marked.join("\n")]);
  expect((await badHosts()).out).toBe(marked.slice(1).join("\n"));
  expect((await badHosts("--clear", "web/web-2")).out).toBe(`web/web-2 of prod takes copies again\n${NONE}`);
});

test("whose copies are to go is told, so that a slip in a name is seen", async () => {
  await cli.api.call("PUT", "/v1/apps/shop", {
    app: "shop",
    kind: "server",
    start: "node app.js",
    replicas: 3,
  });
  const name = { app: "shop", environment: "prod" };
  await cli.api.store.targets.acquire({ ...name, kind: "server", owner: "dep_1", onConflict: "reject" });
  const copy = { version: "v1", health: "healthy", address: null, startedAt: null };
  await cli.api.store.targets.change(name, (target) => ({
    ...target,
    replicas: ["web-1", "web-2", "web-2/2"].map((id) => ({ ...copy, id })) as never,
  }));
  expect((await badHosts("--mark", "web/web-2")).out.split("\n")[0]).toBe(
    "web/web-2 of prod is marked; to go elsewhere, where there is room: shop web-2, shop web-2/2",
  );
});

test("of what healing marked it says when the mark goes by itself, once the host is well", async () => {
  const mark = { pool: "web", since: "2026-01-05T11:00:00.000Z", why: "broken still", by: "tutti" };
  await cli.api.store.environments.changeBadHosts("prod", () => [
    { ...mark, host: "web-1", provenSince: null },
    { ...mark, host: "web-3", provenSince: "2026-01-05T11:50:00.000Z" },
  ]);
  expect((await badHosts()).out.split("\n")).toEqual([
    "HOST       SINCE                BY     UNTIL                              WHY",
    "web/web-1  2026-01-05 11:00:00  tutti  it has been well for half an hour  broken still",
    "web/web-3  2026-01-05 11:00:00  tutti  2026-01-05 12:20:00                broken still",
    "",
  ]);
});

test("--json prints the list as the API has it, after what was asked", async () => {
  const { out } = await badHosts("--mark", "web/web-2", "--json");
  expect(JSON.parse(out)).toEqual((await cli.api.call("GET", "/v1/environments/prod/bad-hosts")).body);
  expect(JSON.parse(out).items).toMatchObject([{ host: "web-2", why: "an operator has said so" }]);
});

test("a host without its pool, a reason without a host, and what is not there are wrong use; who may not is refused", async () => {
  expect(await badHosts("--mark", "web-2")).toMatchObject({
    code: 2,
    err: expect.stringContaining("It must be a pool and a host, such as web/web-2."),
  });
  expect(await badHosts("--why", "alone")).toMatchObject({ code: 2, err: "error: --why goes with --mark\n" });
  expect(await badHosts("--clear", "web/web-2")).toMatchObject({
    code: 2,
    err: expect.stringContaining("web-2 of pool web is not marked bad in prod."),
  });
  expect((await badHosts("--mark", "other/web-2")).err).toContain("prod has no pool other.");
  expect((await cli.tutti(["bad-hosts", "nowhere"])).code).toBe(2);
  const { secret } = (await cli.api.call("POST", "/v1/tokens", { name: "see", role: "viewer" })).body;
  const env = { TUTTI_URL: cli.url, TUTTI_TOKEN: secret };
  expect((await cli.tutti(["bad-hosts", "prod", "--mark", "web/web-2"], { env })).code).toBe(3);
  expect(await cli.tutti(["bad-hosts", "prod"], { env })).toMatchObject({ code: 0, out: NONE });
});
