import { afterEach, expect, test } from "vitest";
import { holdOf } from "#core/domain/kept-image.ts";
import { openShop, POOL, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, REGISTRY, type TestApi } from "#test/support/api.ts";
import { takeDeploy } from "./deploy-event.ts";
import { takeImage } from "./image-event.ts";

let api: TestApi;

afterEach(() => api.close());

/** So many seconds after eleven, as EventBridge writes it. */
const at = (seconds: number) =>
  new Date(Date.UTC(2026, 0, 5, 11, 0, seconds)).toISOString().replace(".000", "");

async function audited(actor: string): Promise<{ status: number; code?: string; detail: string }[]> {
  const { body } = await api.call("GET", "/v1/audit");
  return body.items.filter((one: { actor: string }) => one.actor === actor);
}

async function deployed(): Promise<string[]> {
  const { body } = await api.call("GET", "/v1/deployments");
  return body.items.map(
    (one: Record<string, string>) =>
      `${one.version} to ${one.environment} by ${one.trigger}, ${one.createdBy}`,
  );
}

const releases = async () => (await api.call("GET", "/v1/apps/shop/releases")).body.items;

const PLATFORM = {
  ...POOL,
  loadBalancer: {
    arn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/main/0123456789abcdef",
    vpcId: "vpc-1",
    ports: { from: 8000, to: 8099 },
  },
  network: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
  cluster: {
    arn: "arn:aws:ecs:eu-central-1:123456789012:cluster/main",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
  },
};

function pushed(tag: string | undefined, seconds = 0, repository = "tutti/shop") {
  const digest = { "image-digest": `sha256:${(tag ?? "x").padEnd(64, "0").replace(/[^0-9a-f]/g, "a")}` };
  const detail = { "repository-name": repository, ...digest, ...(tag ? { "image-tag": tag } : {}) };
  return takeImage({ ...api.deps, repositoryPrefix: "tutti/" }, { time: at(seconds), detail });
}

const container = (environments: object) => ({ app: "shop", kind: "container", replicas: 2, environments });

/** The app is a container that is deployed to prod by itself. */
async function openContainers(environments: object = { prod: { autoDeploy: true } }): Promise<void> {
  api = await openTestApi();
  const put = await api.call("PUT", "/v1/environments/prod", PLATFORM);
  expect([put.status, put.body.errors]).toEqual([201, undefined]);
  expect((await api.call("PUT", "/v1/apps/shop", container(environments))).status).toBe(201);
}

test("an image that is pushed becomes a release by its digest, and is deployed where the manifest says so", async () => {
  await openContainers();
  await pushed("v1");
  expect(await deployed()).toEqual(["v1 to prod by ecr, ecr"]);
  expect(await releases()).toMatchObject([
    {
      version: "v1",
      createdBy: "ecr",
      artifact: { image: expect.stringContaining(`${REGISTRY}/tutti/shop@sha256:`) },
    },
  ]);
  expect((await audited("ecr"))[0]).toMatchObject({
    status: 201,
    app: "shop",
    path: `${REGISTRY}/tutti/shop:v1`,
  });
});

test("the tag by which a release keeps its image is no push of a version", async () => {
  await openContainers();
  await pushed("v1");
  const [{ id }] = await releases();
  expect(api.holds).toEqual(new Map([[id, expect.stringContaining("/tutti/shop@sha256:")]]));
  await pushed(holdOf(id), 1);
  expect([(await releases()).length, (await audited("ecr")).length]).toEqual([1, 1]);
});

test("with its app a release lets its image go, and one that is refused moves no hold", async () => {
  await openContainers({});
  const image = (tag: string) => ({ version: "v1", artifact: { image: `${REGISTRY}/tutti/shop:${tag}` } });
  const register = (tag: string) => api.call("POST", "/v1/apps/shop/releases", image(tag));
  expect((await register("one")).status).toBe(201);
  const before = new Map(api.holds);
  expect([(await register("one")).status, (await register("two")).status]).toEqual([200, 409]);
  expect([before.size, api.holds]).toEqual([1, before]);
  expect((await api.call("DELETE", "/v1/apps/shop")).status).toBe(204);
  expect(api.holds.size).toBe(0);
});

test("a push told of twice deploys once, and an older one that comes late not at all", async () => {
  await openContainers();
  await pushed("v2", 2);
  await pushed("v2", 2);
  await pushed("v1", 1);
  expect(await deployed()).toEqual(["v2 to prod by ecr, ecr"]);
  expect((await audited("ecr")).map(({ status, code }) => [status, code])).toEqual([
    [409, "outdated"],
    [200, undefined],
    [201, undefined],
  ]);
});

test("without autoDeploy a push does nothing, so that an image may be built again before it is released", async () => {
  await openContainers({ prod: {} });
  await pushed("v1");
  expect([await deployed(), await releases(), await audited("ecr")]).toEqual([[], [], []]);
});

test("a release that was made of the image before the event came is the same release", async () => {
  await openContainers();
  const digest = `sha256:${"v1".padEnd(64, "0").replace(/[^0-9a-f]/g, "a")}`;
  const artifact = { image: `${REGISTRY}/tutti/shop@${digest}` };
  await api.call("POST", "/v1/apps/shop/releases", { version: "v1", artifact });
  await pushed("v1");
  expect((await releases()).length).toBe(1);
  expect(await deployed()).toEqual(["v1 to prod by ecr, ecr"]);
});

test("images without a tag are passed over; what cannot be used leaves an audit line", async () => {
  await openContainers();
  await pushed(undefined);
  expect(await audited("ecr")).toEqual([]);
  await pushed("_latest");
  await pushed("v1", 0, "tutti/blog");
  await api.call("PUT", "/v1/apps/shop", { ...SHOP, environments: { prod: { autoDeploy: true } } });
  await pushed("v3");
  expect((await audited("ecr")).map(({ code }) => code)).toEqual([
    "not_supported_by_kind",
    "not_found",
    "invalid_input",
  ]);
  expect(await deployed()).toEqual([]);
});

const asked = (detail: unknown, { id = "e1", seconds = 0 } = {}) =>
  takeDeploy(api.deps, { id, source: "my.pipeline", time: at(seconds), detail });

const TO_PROD = { app: "shop", environment: "prod" };

test("an event that asks for a deployment gets it, once, and says who asked", async () => {
  api = await openTestApi();
  await openShop(api);
  await asked({ ...TO_PROD, version: "v1" });
  await asked({ ...TO_PROD, version: "v1" });
  expect(await deployed()).toEqual(["v1 to prod by event, eventbridge"]);
  expect((await audited("eventbridge")).map(({ status }) => status)).toEqual([200, 202]);
  expect((await audited("eventbridge"))[1]).toMatchObject({ ...TO_PROD, path: "event e1 of my.pipeline" });
});

test("an order that comes late, behind a later one, is not carried out; an earlier release may be ordered", async () => {
  api = await openTestApi();
  await openShop(api);
  await asked({ ...TO_PROD, version: "v2" }, { id: "e2", seconds: 2 });
  await asked({ ...TO_PROD, version: "v1" }, { id: "e1", seconds: 1 });
  expect((await audited("eventbridge"))[0]).toMatchObject({ status: 409, code: "outdated" });
  await asked({ ...TO_PROD, version: "v1" }, { id: "e3", seconds: 3 });
  expect(await deployed()).toEqual(["v1 to prod by event, eventbridge", "v2 to prod by event, eventbridge"]);
});

test("an order that cannot be carried out is an audit line, and is not tried again", async () => {
  api = await openTestApi();
  await openShop(api);
  const bad: unknown[] = [
    {},
    "deploy it",
    { ...TO_PROD, version: "v9" },
    { app: "blog", environment: "prod", version: "v1" },
    { app: "shop", environment: "moon", version: "v1" },
    { ...TO_PROD, version: "v1", surprise: true },
  ];
  for (const [i, detail] of bad.entries()) await asked(detail, { id: `b${i}` });
  const lines = (await audited("eventbridge")).toReversed();
  expect(lines.map(({ status }) => status)).toEqual([422, 422, 422, 404, 422, 422]);
  expect(lines[2]?.detail).toContain('"v9" is not a release of shop');
  expect(lines[5]?.detail).toContain("detail.surprise: is not known");
  expect(await deployed()).toEqual([]);
});

test("a target that is busy refuses an order whose policy is reject, for good", async () => {
  api = await openTestApi();
  await openShop(api);
  await asked({ ...TO_PROD, version: "v1" });
  await asked({ ...TO_PROD, version: "v2", onConflict: "reject" }, { id: "e2" });
  expect((await audited("eventbridge"))[0]).toMatchObject({ status: 409, code: "target_busy" });
});
