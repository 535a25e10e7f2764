import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop, POOL, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { takeArtifact } from "./artifact-event.ts";

let api: TestApi;
/** When objects were put there; by default all at once. */
let modifiedAt: Record<string, string>;

beforeEach(async () => {
  modifiedAt = {};
  api = await openTestApi();
  const { head } = api.deps.artifacts;
  api.deps.artifacts.head = async (key) => {
    const found = await head(key);
    return found && { ...found, modifiedAt: modifiedAt[key] ?? found.modifiedAt };
  };
  await openShop(api, [], { ...SHOP, environments: { prod: { autoDeploy: true } } });
  await api.call("PUT", "/v1/environments/stage", POOL);
});

afterEach(() => api.close());

const landed = (key: string) =>
  takeArtifact(api.deps, { detail: { bucket: { name: "bucket" }, object: { key } } });

const keyOf = (version: string) => `releases/shop/${version}/app.zip`;

/** So many seconds after eleven. */
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 11, 0, seconds)).toISOString();

async function audited(): Promise<{ path: string; status: number; code?: string; detail: string }[]> {
  const { body } = await api.call("GET", "/v1/audit");
  return body.items.filter((one: { actor: string }) => one.actor === "s3");
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
  await landed(keyOf("v1"));
  const { body } = await api.call("GET", "/v1/apps/shop/releases");
  expect(body.items).toMatchObject([
    { version: "v1", artifact: { uri: "s3://bucket/releases/shop/v1/app.zip" }, createdBy: "s3" },
  ]);
  expect(await deployed()).toEqual([["prod", "v1", "s3", "s3"]]);
  const [line] = await audited();
  expect(line).toMatchObject({ path: "s3://bucket/releases/shop/v1/app.zip", status: 201, app: "shop" });
  expect(line?.detail).toMatch(/^v1 registered; deploys to prod as dep_\w+\.$/);
});

test("the same event twice, also at once, deploys once, and the audit says so", async () => {
  const twice = () => landed(keyOf("v1")).catch((error: { code: string }) => error.code);
  expect((await Promise.all([twice(), twice()])).toSorted()).toContain(undefined);
  await landed(keyOf("v1"));
  expect(await deployed()).toEqual([["prod", "v1", "s3", "s3"]]);
  expect(api.started.length).toBe(1);
  const [last] = await audited();
  expect(last, JSON.stringify(last)).toMatchObject({ status: 200, outcome: "done" });
  expect(last?.detail).toMatch(/^v1 was registered before; was deployed to prod before as dep_/);
});

test("an older object whose event comes late is registered, and replaces nothing", async () => {
  modifiedAt = { [keyOf("v1")]: at(1), [keyOf("v2")]: at(2) };
  await landed(keyOf("v2"));
  await landed(keyOf("v1"));
  expect(await deployed()).toEqual([["prod", "v2", "s3", "s3"]]);
  const [last] = await audited();
  expect(last).toMatchObject({ status: 409, outcome: "refused", code: "outdated" });
  expect(last?.detail).toContain("not deployed to prod: shop/prod has taken one of 2026-01-05T11:00:02.000Z");
  expect((await api.call("GET", "/v1/apps/shop/releases")).body.items.length).toBe(2);
});

test("objects that land in their order are deployed in it, however late they are told of", async () => {
  modifiedAt = { [keyOf("v1")]: at(1), [keyOf("v2")]: at(2) };
  api.clock.advance(3_600_000);
  await landed(keyOf("v1"));
  await landed(keyOf("v2"));
  expect(await deployed()).toEqual([
    ["prod", "v2", "s3", "s3"],
    ["prod", "v1", "s3", "s3"],
  ]);
});

test("an older object does not replace a newer release that was deployed by hand, nor after a way back from it", async () => {
  modifiedAt = { [keyOf("v1")]: at(1), "uploads/shop/v2/a.tar.gz": at(2), [keyOf("v3")]: at(3) };
  const artifact = { uri: "s3://bucket/uploads/shop/v2/a.tar.gz" };
  await api.call("POST", "/v1/apps/shop/releases", { version: "v2", artifact });
  await api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v2" });
  await landed(keyOf("v1"));
  expect((await audited())[0]?.code).toBe("outdated");
  const back = { environment: "prod", version: "v1" };
  expect((await api.call("POST", "/v1/apps/shop/rollback", back)).status).toBe(202);
  await landed(keyOf("v3"));
  expect((await deployed()).map((one) => (one as string[])[1])).toEqual(["v3", "v1", "v2"]);
});

test("of two objects told of at once the newer one is the last, whichever is first", async () => {
  const versions = Array.from({ length: 8 }, (_, i) => `v${i}`);
  for (const [i, version] of versions.entries()) modifiedAt[keyOf(version)] = at(i);
  await Promise.all(versions.toReversed().map((version) => landed(keyOf(version))));
  const newestFirst = (await deployed()).map((one) => (one as string[])[1]);
  const { lock, queue } = await api.store.targets.need({ app: "shop", environment: "prod" });
  const inOrder = await Promise.all(
    [lock!.owner, ...queue].map(async (id) => (await api.store.deployments.need(id)).version),
  );
  expect(inOrder).toEqual(inOrder.toSorted());
  expect(inOrder.at(-1)).toBe("v7");
  expect(newestFirst.length).toBe(inOrder.length);
});

test("what cannot be used leaves an audit line and nothing else", async () => {
  api.deps.artifacts.read = async () => cut();
  await landed("releases/blog/v1/app.zip");
  await landed("releases/../v1/app.zip");
  await landed("releases/shop/v1");
  await landed("releases/shop/v1/deep/app.zip");
  await landed("releases/shop/v2/missing.zip");
  await landed(keyOf("v1"));
  expect((await audited()).map(({ status, code }) => [status, code])).toEqual([
    [422, "invalid_input"],
    [422, "invalid_input"],
    [422, "invalid_input"],
    [422, "invalid_input"],
    [422, "invalid_input"],
    [404, "not_found"],
  ]);
  expect((await audited())[0]?.detail).toBe("The object is a .zip that ends too early.");
  expect((await api.call("GET", "/v1/apps/shop/releases")).body.items).toEqual([]);
  expect(await deployed()).toEqual([]);
});

async function* cut() {
  yield Buffer.from("PK\x03\x04 and no more");
}

test("other content under a version that is taken is not deployed", async () => {
  await landed(keyOf("v1"));
  await landed("releases/shop/v1/other.zip");
  expect((await audited())[0]).toMatchObject({
    path: "s3://bucket/releases/shop/v1/other.zip",
    status: 409,
    code: "version_exists",
  });
  expect((await deployed()).length).toBe(1);
});

test("a failure of ours is thrown, so that the event comes again, and then it is deployed", async () => {
  const { create } = api.store.deployments;
  api.store.deployments.create = () => Promise.reject(new Error("the table is away"));
  await expect(landed(keyOf("v1"))).rejects.toThrow("the table is away");
  api.store.deployments.create = create;
  await api.store.targets.remove({ app: "shop", environment: "prod" });
  await landed(keyOf("v1"));
  expect(await deployed(), JSON.stringify((await audited())[0])).toEqual([["prod", "v1", "s3", "s3"]]);
});
