import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop, POOL, registerRelease } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterEach(() => api.close());

const instant = (minutes: number) => new Date(api.clock.now() + minutes * 60_000).toISOString();
const settings = (more: object) => api.call("PUT", "/v1/environments/prod", { ...POOL, ...more });
const freeze = () => settings({ freezes: [{ from: instant(-10), to: instant(50), reason: "the big sale" }] });
const ASK = { environment: "prod", version: "v1" };
const deploy = (more: object = {}) => api.call("POST", "/v1/apps/shop/deployments", { ...ASK, ...more });

test("in a freeze a deployment is refused, and told until when and why", async () => {
  expect((await freeze()).body.freezes).toHaveLength(1);
  const { status, body } = await deploy();
  expect(status).toBe(409);
  expect(body).toMatchObject({
    code: "frozen",
    detail: `prod takes no releases until ${instant(50)}: frozen, the big sale.`,
    opensAt: instant(50),
  });
});

test("an admin overrides it with a reason, which stands in the deployment and in its events; nobody else does", async () => {
  await freeze();
  const operator = await aToken(api, { role: "operator" });
  const override = { reason: "prod is on fire" };
  const refused = await operator.call("POST", "/v1/apps/shop/deployments", { ...ASK, override });
  expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
  const { status, body } = await deploy({ override });
  expect(status).toBe(202);
  expect(body.override).toEqual({ by: "admin", reason: "prod is on fire" });
  const { body: events } = await api.call("GET", `/v1/deployments/${body.id}/events`);
  expect(events.items[0].message).toBe("admin overrides the environment's calendar: prod is on fire");
  expect((await deploy({ override: { reason: "  " } })).body.errors).toEqual([
    { path: "override.reason", message: "must say why" },
  ]);
});

test("outside of its windows an environment is closed, and another one is not", async () => {
  const there = new Date(api.clock.now()).toISOString().slice(11, 13);
  const other = `${(Number(there) + 5) % 24}`.padStart(2, "0");
  await settings({ maintenance: [{ from: `${other}:00`, to: `${other}:30` }] });
  expect((await deploy()).body).toMatchObject({
    code: "frozen",
    opensAt: expect.stringContaining(`T${other}:00`),
  });
  await settings({ maintenance: [{ from: `${there}:00`, to: `${there}:59` }] });
  expect((await deploy()).status).toBe(202);
});

test("settings that make no sense are refused by their path", async () => {
  const { status, body } = await settings({
    freezes: [{ from: instant(5), to: instant(1), reason: "x" }],
    maintenance: [{ days: ["FUNDAY"], from: "24:00", to: "1:00", timezone: "Mars/Base" }],
  });
  expect(status).toBe(422);
  expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
    "freezes.0.to",
    "maintenance.0.days.0",
    "maintenance.0.from",
    "maintenance.0.timezone",
    "maintenance.0.to",
  ]);
});

test("one goes back in a freeze, to what ran there before and to nothing else", async () => {
  await registerRelease(api, "v0");
  await registerRelease(api, "v9");
  await deploy();
  const [{ id }] = (await api.call("GET", "/v1/deployments")).body.items;
  await api.store.targets.release({ app: "shop", environment: "prod" }, id, (target) => ({
    ...target,
    release: "v1",
    history: ["v1", "v0"],
  }));
  await freeze();
  const back = (version: string) =>
    api.call("POST", "/v1/apps/shop/rollback", { environment: "prod", version });
  expect((await back("v9")).body.code).toBe("frozen");
  expect((await back("v0")).status).toBe(202);
});

test("a restart waits for the end of a freeze, unless an admin says why it may not wait", async () => {
  const { body: first } = await deploy();
  await api.store.targets.release({ app: "shop", environment: "prod" }, first.id, (target) => ({
    ...target,
    release: "v1",
    history: ["v1"],
  }));
  await freeze();
  const path = "/v1/targets/shop/prod/restart";
  const override = { reason: "it leaks" };
  expect((await api.call("POST", path)).body.code).toBe("frozen");
  const operator = await aToken(api, { role: "operator" });
  expect((await operator.call("POST", path, { override })).body.code).toBe("forbidden");
  const { status, body } = await api.call("POST", path, { override });
  expect([status, body.override]).toEqual([202, { by: "admin", reason: "it leaks" }]);
});
