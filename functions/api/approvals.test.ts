import { afterEach, beforeEach, expect, test } from "vitest";
import { submit } from "#engine/submit.ts";
import { takeDeploy } from "#functions/events/deploy-event.ts";
import { openShop, POOL, registerRelease, SHOP } from "#test/support/a-shop.ts";
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

const POLICY = { approval: "before", minApprovers: 2 };
const policyOf = async (id: string) => (await api.store.deployments.need(id)).spec.rollout;

test("what an environment asks for holds for every way in, and nobody asks for less", async () => {
  expect((await api.call("PUT", "/v1/environments/prod", { ...POOL, approvals: POLICY })).status).toBe(200);
  await api.call("PUT", "/v1/apps/shop", SHOP);
  await registerRelease(api, "v10");
  const operator = await aToken(api, { role: "operator" });
  const asked = { environment: "prod", version: "v10", rollout: { approval: "none" } };
  const { body: deployed } = await operator.call("POST", PATH, asked);
  expect(await policyOf(deployed.id)).toMatchObject(POLICY);
  await api.store.targets.release({ app: "shop", environment: "prod" }, deployed.id, (target) => ({
    ...target,
    release: "v10",
    history: ["v10", "v9"],
  }));
  const { body: back } = await operator.call("POST", "/v1/apps/shop/rollback", { environment: "prod" });
  expect(await policyOf(back.id)).toMatchObject(POLICY);
  await submitDeployEvent();
  const { items } = (await api.call("GET", "/v1/deployments")).body;
  const byEvent = items.find(({ trigger }: { trigger: string }) => trigger === "event");
  expect(await policyOf(byEvent.id)).toMatchObject(POLICY);
});

const submitDeployEvent = () =>
  takeDeploy(api.deps, {
    id: "event-1",
    source: "tutti.deploy",
    time: new Date(api.clock.now()).toISOString(),
    detail: { app: "shop", environment: "prod", version: "v10" },
  });

test("a manifest that asks for more is heard, and a train goes back without asking anybody", async () => {
  await api.call("PUT", "/v1/environments/prod", { ...POOL, approvals: { approval: "before" } });
  const { body } = await api.call("POST", PATH, ask({ approval: "eachStep" }));
  expect(await policyOf(body.id)).toMatchObject({ approval: "eachStep", minApprovers: 1 });
  const { spec } = await api.store.deployments.need(body.id);
  const free = { ...spec, rollout: { ...spec.rollout, approval: "none" as const } };
  const back = { app: "shop", environment: "prod", version: "v9", spec: free, createdBy: "tutti" };
  const went = await submit(api.deps, { ...back, trigger: "train", wayBack: true });
  expect((await policyOf(went.id)).approval).toBe("none");
  const byHand = await submit(api.deps, { ...back, trigger: "rollback", wayBack: true });
  expect((await policyOf(byHand.id)).approval).toBe("before");
});

test("what an environment may ask for is said by name", async () => {
  const wrong = { ...POOL, approvals: { approval: "none", minApprovers: 0 } };
  const { status, body } = await api.call("PUT", "/v1/environments/prod", wrong);
  expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
    422,
    ["approvals.approval", "approvals.minApprovers"],
  ]);
});
