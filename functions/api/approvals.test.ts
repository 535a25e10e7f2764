import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { aToken } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
  const guarded = { ...SHOP, rollout: { approval: "before", minApprovers: 1 } };
  await api.call("PUT", "/v1/apps/shop", guarded);
  await registerRelease(api, "v9");
});
afterEach(() => api.close());

const ask = (rollout?: object) => ({ environment: "prod", version: "v9", ...(rollout ? { rollout } : {}) });
const PATH = "/v1/apps/shop/deployments";

test("a deployer does not take an approval away that the manifest asks for; an operator may, and more is always allowed", async () => {
  const deployer = await aToken(api, { role: "deployer" });
  const operator = await aToken(api, { role: "operator" });
  const refused = await deployer.call("POST", PATH, ask({ approval: "none" }));
  expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
  expect((await deployer.call("POST", PATH, ask({ approval: "eachStep" }))).status).toBe(202);
  expect((await operator.call("POST", PATH, ask({ approval: "none" }))).status).toBe(202);
});

test("the one who asked is refused with a code of its own, and the refusal is in the audit", async () => {
  const asker = await aToken(api, { role: "operator" });
  const other = await aToken(api, { role: "operator" });
  const { body } = await asker.call("POST", PATH, ask());
  await api.store.deployments.change(body.id, (one) => ({
    deployment: {
      ...one,
      status: "awaiting_approval",
      steps: [
        {
          index: 0,
          type: "approval",
          label: "Approval before the start",
          replicas: [],
          approvers: 1,
          status: "running",
          startedAt: one.createdAt,
          endedAt: null,
        },
      ],
    },
  }));
  const path = `/v1/deployments/${body.id}/approve`;
  const own = await asker.call("POST", path, { reason: "trust me" });
  expect([own.status, own.body.code]).toEqual([403, "own_approval"]);
  const approved = await other.call("POST", path, { reason: "looks right" });
  expect(approved.status).toBe(200);
  expect(approved.body.steps[0].approvals).toEqual([
    { by: expect.any(String), at: expect.any(String), reason: "looks right" },
  ]);
  const { body: audit } = await api.call("GET", "/v1/audit");
  expect(
    audit.items.map((line: { outcome: string; code?: string }) => [line.outcome, line.code]),
  ).toContainEqual(["refused", "own_approval"]);
});

test("a train is no way round it either", async () => {
  const deployer = await aToken(api, { role: "deployer" });
  const stops = [{ app: "shop", environment: "prod", version: "v9", rollout: { approval: "none" } }];
  const { status, body } = await deployer.call("POST", "/v1/trains", { stops });
  expect([status, body.errors[0].path]).toEqual([422, "stops.0"]);
  expect(body.errors[0].message).toContain(
    "may ask for more approvals than the manifest does, not for fewer",
  );
});

test("a restart and another count know who asked for them, who does not approve them either", async () => {
  const asker = await aToken(api, { role: "operator" });
  const { body: first } = await api.call("POST", PATH, ask());
  await api.store.targets.release({ app: "shop", environment: "prod" }, first.id, (target) => ({
    ...target,
    release: "v9",
  }));
  const restart = await asker.call("POST", "/v1/targets/shop/prod/restart");
  const scale = await asker.call("POST", "/v1/targets/shop/prod/scale", { replicas: 5 });
  for (const { status, body } of [restart, scale]) {
    expect(status).toBe(202);
    expect((await api.store.deployments.need(body.id)).createdById).toBe(asker.id);
  }
});
