import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { takeArtifact } from "./artifact-event.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi();
  await openShop(api, [], { ...SHOP, environments: { prod: { autoDeploy: true } } });
  await api.call("PUT", "/v1/environments/stage", { pools: { web: { ssm: { tags: { pool: "web" } } } } });
});

afterEach(() => api.close());

const landed = (key: string) =>
  takeArtifact(api.deps, { detail: { bucket: { name: "bucket" }, object: { key } } });

async function audited(): Promise<unknown[]> {
  const { body } = await api.call("GET", "/v1/audit");
  return body.items
    .filter((one: { actor: string }) => one.actor === "s3")
    .map((one: { path: string; status: number; code?: string }) => [one.path, one.status, one.code]);
}

async function deployed(): Promise<unknown[]> {
  const { body } = await api.call("GET", "/v1/deployments");
  return body.items.map((one: Record<string, string>) => [
    one.environment,
    one.version,
    one.trigger,
    one.createdBy,
  ]);
}

test("an artifact that lands becomes a release, and is deployed where the manifest says so", async () => {
  await landed("releases/shop/v1/app.tar.gz");
  const { body } = await api.call("GET", "/v1/apps/shop/releases");
  expect(body.items).toMatchObject([
    { version: "v1", artifact: { uri: "s3://bucket/releases/shop/v1/app.tar.gz" }, createdBy: "s3" },
  ]);
  expect(await deployed()).toEqual([["prod", "v1", "s3", "s3"]]);
  expect(await audited()).toEqual([["s3://bucket/releases/shop/v1/app.tar.gz", 201, undefined]]);
});

test("the same event twice, also at once, deploys once", async () => {
  const twice = () => landed("releases/shop/v1/app.tar.gz").catch((error: { code: string }) => error.code);
  await Promise.all([twice(), twice()]);
  await landed("releases/shop/v1/app.tar.gz");
  expect(await deployed()).toEqual([["prod", "v1", "s3", "s3"]]);
  expect(api.started.length).toBe(1);
});

test("what cannot be used leaves an audit line and nothing else", async () => {
  await landed("releases/blog/v1/app.tar.gz");
  await landed("releases/../v1/app.tar.gz");
  await landed("releases/shop/v1");
  await landed("releases/shop/v1/deep/app.tar.gz");
  await landed("releases/shop/v2/missing.tar.gz");
  expect((await audited()).map((line) => (line as unknown[]).slice(1))).toEqual([
    [422, "invalid_input"],
    [422, "invalid_input"],
    [422, "invalid_input"],
    [422, "invalid_input"],
    [404, "not_found"],
  ]);
  expect((await api.call("GET", "/v1/apps/shop/releases")).body.items).toEqual([]);
  expect(await deployed()).toEqual([]);
});

test("other content under a version that is taken is not deployed", async () => {
  await landed("releases/shop/v1/app.tar.gz");
  await landed("releases/shop/v1/other.tar.gz");
  expect((await audited())[0]).toEqual(["s3://bucket/releases/shop/v1/other.tar.gz", 409, "version_exists"]);
  expect((await deployed()).length).toBe(1);
});

test("a failure of ours is thrown, so that the event comes again, and then it is deployed", async () => {
  const { create } = api.store.deployments;
  api.store.deployments.create = () => Promise.reject(new Error("the table is away"));
  await expect(landed("releases/shop/v1/app.tar.gz")).rejects.toThrow("the table is away");
  api.store.deployments.create = create;
  await api.store.targets.remove({ app: "shop", environment: "prod" });
  await landed("releases/shop/v1/app.tar.gz");
  expect(await deployed()).toEqual([["prod", "v1", "s3", "s3"]]);
});
