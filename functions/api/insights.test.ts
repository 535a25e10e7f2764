import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { aDeployment } from "#test/support/a-deployment.ts";
import { openShop, registerRelease } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterEach(() => api.close());

let made = 0;
/** One that ended so many minutes from now; negative is past. */
async function ended(minutes: number, overrides: Partial<Deployment> = {}): Promise<void> {
  made += 1;
  const at = new Date(api.clock.now() + minutes * 60_000).toISOString();
  const id = `dep_${String(made).padStart(6, "0")}`;
  const times = { createdAt: at, startedAt: at, endedAt: at };
  await api.store.deployments.create(
    aDeployment({ id, ...times, status: "succeeded", trigger: "cli", changed: true, ...overrides }),
  );
}

const ask = (query = "") => api.call("GET", `/v1/insights${query}`);

test("each app and environment has its four, over the days that were asked for", async () => {
  await ended(-60 * 24 * 40);
  await ended(-30);
  await ended(-20, { environment: "dev", status: "rolled_back" });
  const { status, body } = await ask("?days=7");
  expect(status).toBe(200);
  expect(body.truncated).toBe(false);
  expect(
    body.items.map((one: { environment: string; daily: [] }) => [one.environment, one.daily.length]),
  ).toEqual([
    ["dev", 7],
    ["prod", 7],
  ]);
  expect(body.items[0].changeFailureRate).toEqual({ percent: 100, failed: 1, changes: 1 });
  expect(body.items[1].deploymentFrequency).toEqual({ perDay: 0.143, succeeded: 1 });
});

test("lead time begins when the artifact was made, an hour before it was registered here", async () => {
  await registerRelease(api, "v7");
  await ended(10, { version: "v7" });
  expect((await ask("?app=shop&environment=prod")).body.items[0].leadTime).toEqual({
    medianSeconds: 4200,
    samples: 1,
  });
});

test("a limited token sees its own places alone", async () => {
  await ended(-30);
  await ended(-20, { environment: "dev" });
  const holder = await aToken(api, { role: "viewer", scope: { apps: ["*"], environments: ["dev"] } });
  const { body } = await holder.call("GET", "/v1/insights");
  expect(body.items.map((one: { environment: string }) => one.environment)).toEqual(["dev"]);
});

test("days out of bounds are refused with what is allowed", async () => {
  const { status, body } = await ask("?days=91");
  expect([status, body.errors]).toEqual([
    422,
    [{ path: "days", message: "must be a whole number from 1 to 90" }],
  ]);
});

test("lead time begins with the commit, where the release names it", async () => {
  const at = new Date(api.clock.now() - 3 * 3_600_000).toISOString();
  const artifact = { uri: "s3://bucket/uploads/shop/v8/a.tar.gz" };
  const commit = { sha: "4c1b2d8", at };
  const made = await api.call("POST", "/v1/apps/shop/releases", { version: "v8", artifact, commit });
  expect([made.status, made.body.commit]).toEqual([201, commit]);
  await ended(10, { version: "v8" });
  expect((await ask("?app=shop")).body.items[0].leadTime).toEqual({ medianSeconds: 11_400, samples: 1 });
  const wrong = await api.call("POST", "/v1/apps/shop/releases", {
    version: "v9",
    artifact,
    commit: { sha: "HEAD", at: "yesterday" },
  });
  expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toEqual(["commit.sha", "commit.at"]);
});

test("one that waited for weeks counts on the day on which it ended", async () => {
  const createdAt = new Date(api.clock.now() - 20 * 86_400_000).toISOString();
  await ended(-30, { createdAt, startedAt: createdAt });
  const { body } = await ask("?app=shop&days=1");
  expect(body.items[0].deploymentFrequency.succeeded).toBe(1);
});

test("one that waited for longer than any list is read back counts too, once, and only in its days", async () => {
  const daysAgo = (days: number) => new Date(api.clock.now() - days * 86_400_000).toISOString();
  const open = aDeployment({ id: "dep_000000", status: "queued", trigger: "cli", createdAt: daysAgo(70) });
  await api.store.deployments.create({ ...open, startedAt: null, endedAt: null, changed: true });
  for (let n = 0; n < 3; n++) await ended(-60 * 24 * 50);
  await api.store.deployments.change(open.id, (one) => ({
    deployment: { ...one, status: "succeeded", startedAt: daysAgo(10), endedAt: daysAgo(10) },
  }));
  const frequency = async (query: string) => (await ask(query)).body.items[0]?.deploymentFrequency.succeeded;
  expect(await frequency("?app=shop&days=15")).toBe(1);
  expect(await frequency("?app=shop&environment=prod&days=90")).toBe(4);
  expect(await frequency("?app=shop&days=5")).toBeUndefined();
  expect(await frequency("?app=orders&days=15")).toBeUndefined();
  expect(await frequency("?environment=dev&days=15")).toBeUndefined();
});

test("an app with more than 200 releases knows when its oldest was made", async () => {
  await registerRelease(api, "oldest");
  const { artifact, manifest, createdAt } = (await api.store.releases.get("shop", "oldest"))!;
  for (let n = 0; n < 201; n++)
    await api.store.releases.create({
      id: `rel_z${String(n).padStart(6, "0")}`,
      app: "shop",
      version: `n${n}`,
      artifact,
      manifest,
      createdAt,
      createdBy: "ann",
    });
  await ended(10, { version: "oldest" });
  expect((await ask("?app=shop")).body.items[0].leadTime.samples).toBe(1);
});
