// Apps, releases, idempotency keys, shards and the lists of runs: small things with one invariant each.
import { afterAll, beforeAll, expect, test } from "vitest";
import { aRelease } from "#test/support/a-deployment.ts";
import { fakeClock } from "#test/support/fake-clock.ts";
import { openTestTable, type TestTable } from "#test/support/table.ts";
import { createStore, type Store } from "./store.ts";

let table: TestTable;
let store: Store;
const AT = "2026-01-05T12:00:00.000Z";
const NOW = Date.parse(AT);

beforeAll(async () => {
  table = await openTestTable();
  store = createStore({ ...table, clock: fakeClock() });
});
afterAll(() => table.close());

test("an app is created once and replaced after that, keeping its birthday", async () => {
  const shop = { app: "shop", kind: "server" as const, manifest: { port: 1 }, updatedBy: "ann" };
  expect(await store.apps.put(shop, AT)).toMatchObject({
    created: true,
    app: { revision: 1, createdAt: AT },
  });
  const later = "2026-01-06T12:00:00.000Z";
  expect(await store.apps.put({ ...shop, manifest: { port: 2 } }, later)).toMatchObject({
    created: false,
    app: { revision: 2, createdAt: AT, updatedAt: later, manifest: { port: 2 } },
  });
  expect((await store.apps.list()).items.map((one) => one.app)).toEqual(["shop"]);
  await store.apps.remove("shop");
  expect(await store.apps.get("shop")).toBeNull();
});

test("a release never changes: the same content is the same release, other content is refused", async () => {
  const v1 = aRelease("v1");
  expect(await store.releases.create(v1)).toEqual({ release: v1, created: true });
  const again = { ...v1, id: "rel_other", createdBy: "bob" };
  expect(await store.releases.create(again)).toEqual({ release: v1, created: false });
  await expect(
    store.releases.create({ ...v1, artifact: { ...v1.artifact, sha256: "other" } }),
  ).rejects.toMatchObject({ code: "version_exists" });
});

test("releases are listed newest first", async () => {
  for (const n of [1, 2, 3]) {
    await store.releases.create({ ...aRelease(`r${n}`), app: "listed", id: `rel_${n}` });
  }
  expect((await store.releases.list("listed")).items.map((one) => one.version)).toEqual(["r3", "r2", "r1"]);
});

const claim = { scope: "ann", key: "k1", fingerprint: "abc" };

test("an idempotency key gives the first answer again, and refuses another body", async () => {
  expect(await store.idempotency.claim(claim, NOW)).toBeNull();
  await expect(store.idempotency.claim(claim, NOW + 1000)).rejects.toMatchObject({ code: "conflict" });
  await store.idempotency.settle(claim, { status: 202, body: { id: "dep_1" } }, NOW);
  expect(await store.idempotency.claim(claim, NOW + 2000)).toEqual({ status: 202, body: { id: "dep_1" } });
  await expect(store.idempotency.claim({ ...claim, fingerprint: "x" }, NOW)).rejects.toMatchObject({
    code: "idempotency_mismatch",
  });
});

test("a claim whose owner died is free after a minute, a kept answer after a day, a forgotten one at once", async () => {
  const dead = { ...claim, key: "k2" };
  await store.idempotency.claim(dead, NOW);
  expect(await store.idempotency.claim(dead, NOW + 61_000)).toBeNull();
  await store.idempotency.settle(dead, { status: 200, body: 1 }, NOW);
  expect(await store.idempotency.claim(dead, NOW + 86_500_000)).toBeNull();
  await store.idempotency.forget(dead);
  expect(await store.idempotency.claim(dead, NOW + 86_500_001)).toBeNull();
});

test("of two claims at once one goes ahead", async () => {
  const both = await Promise.allSettled(
    [1, 2].map(() => store.idempotency.claim({ ...claim, key: "k3" }, NOW)),
  );
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("shards of a step are read together and in order, those of another step are not", async () => {
  const shard = {
    startedAt: AT,
    state: null,
    watches: {},
    failures: [],
    silent: [],
    healthy: [],
    reason: "",
    done: true,
    progressAt: AT,
  };
  for (const n of [2, 0, 1]) await store.shards.put("dep_1", { ...shard, step: 1, shard: n }, NOW);
  await store.shards.put("dep_1", { ...shard, step: 10, shard: 0 }, NOW);
  expect((await store.shards.all("dep_1", 1)).map((one) => one.shard)).toEqual([0, 1, 2]);
});

test("healing runs and audit lines are listed newest first, filtered", async () => {
  for (const n of [1, 2, 3]) {
    const run = { id: `heal_${n}`, app: n === 2 ? "a" : "b", environment: "prod", trigger: "api" as const };
    await store.healingRuns.put({ ...run, startedAt: AT, endedAt: AT, actions: [], summary: "" });
    const entry = {
      id: `aud_${n}`,
      at: AT,
      actor: "ann",
      actorId: "tok_ann",
      sourceIp: "127.0.0.1",
      method: "PUT",
      path: "/v1/apps/a",
    };
    await store.audit.append({ ...entry, status: 200, outcome: "done" });
  }
  const runs = await store.healingRuns.list({}, (run) => run.app === "b");
  expect(runs.items.map((run) => run.id)).toEqual(["heal_3", "heal_1"]);
  const first = await store.audit.list({ limit: 2 });
  expect(first.items.map((one) => one.id)).toEqual(["aud_3", "aud_2"]);
  const second = await store.audit.list({ limit: 2, cursor: first.cursor! });
  expect(second).toMatchObject({ items: [{ id: "aud_1" }], cursor: null });
});

test("an environment's settings and the marks of its hosts are written by different hands, and none loses the other's", async () => {
  const mark = (host: string) => ({
    pool: "web",
    host,
    since: AT,
    why: "ill",
    by: "tutti",
    provenSince: null,
  });
  expect(await store.environments.changeBadHosts("marked", (marks) => [...marks, mark("web-9")])).toEqual([]);
  await store.environments.put({ name: "marked", pools: {}, updatedAt: AT });
  await Promise.all(
    ["web-1", "web-2", "web-3"].flatMap((host) => [
      store.environments.changeBadHosts("marked", (marks) => [...marks, mark(host)]),
      store.environments.put({ name: "marked", pools: {}, functionRoleArn: host, updatedAt: AT }),
    ]),
  );
  const { badHosts, ...settings } = (await store.environments.get("marked"))!;
  expect(badHosts!.map((one) => one.host).sort()).toEqual(["web-1", "web-2", "web-3"]);
  expect(Object.keys(settings).sort()).toEqual([
    "createdAt",
    "functionRoleArn",
    "name",
    "pools",
    "updatedAt",
  ]);
});
