// The gates against every role: nobody approves what they asked for, takes away an approval or opens a freeze without the
// role for it, by a deployment, a rollback or a train; and a word that is said twice counts once.
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROLES, type Role } from "#core/domain/access.ts";
import type { Step } from "#core/domain/step.ts";
import type { TrainDeps } from "#engine/train/deps.ts";
import { drive } from "#engine/train/drive.ts";
import { openShop, POOL, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { aToken, type Holder } from "#test/support/a-token.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { prepareMember } from "./trains/prepare-member.ts";

let api: TestApi;
let holders: Record<Role, Holder>;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api, [], { ...SHOP, rollout: { approval: "before", minApprovers: 2 } });
  for (const version of ["v1", "v2"]) await registerRelease(api, version);
  const made = await Promise.all(ROLES.map(async (role) => [role, await aToken(api, { role, name: role })]));
  holders = Object.fromEntries(made);
});
afterEach(() => api.close());

const DEPLOY = "/v1/apps/shop/deployments";
const BACK = "/v1/apps/shop/rollback";
const ASK = { environment: "prod", version: "v2" };
const STOP = { app: "shop", ...ASK };

/** What each role gets, as `status code`. */
async function each(path: string, body: object): Promise<Record<Role, string>> {
  const answers = {} as Record<Role, string>;
  for (const role of ROLES) {
    const { status, body: answer } = await holders[role].call("POST", path, body);
    answers[role] = [status, answer.code].filter(Boolean).join(" ");
  }
  return answers;
}

const freeze = () => {
  const at = (minutes: number) => new Date(api.clock.now() + minutes * 60_000).toISOString();
  const freezes = [{ from: at(-1), to: at(60), reason: "the big sale" }];
  return api.call("PUT", "/v1/environments/prod", { ...POOL, freezes });
};

const STEP: Step = {
  index: 0,
  type: "approval",
  label: "Approval before the start",
  replicas: [],
  approvers: 2,
  status: "running",
  startedAt: "2026-01-05T12:00:00.000Z",
  endedAt: null,
};

/** How a deployment comes about, asked for by somebody; its id. */
const WAYS = {
  deployment: async (who: Holder) => (await who.call("POST", DEPLOY, ASK)).body.id as string,
  rollback: async (who: Holder) => (await who.call("POST", BACK, ASK)).body.id as string,
  "member of a train": async (who: Holder) => {
    const { body: train } = await who.call("POST", "/v1/trains", { stops: [STOP] });
    const request = {
      trainId: train.id,
      generation: 1,
      taskToken: "token",
      enteredAt: "2026-01-05T12:00:00Z",
    };
    const prepare: TrainDeps["prepare"] = (asked, name) =>
      prepareMember(api.deps, asked, { name, client: "train" });
    await drive({ ...api.deps, prepare }, request);
    return (await api.store.trains.need(train.id)).members[0]!.deployment!;
  },
};
type Way = keyof typeof WAYS;

/** Its execution has brought it there. */
const at = (id: string, status: "awaiting_approval" | "running", step: Step) =>
  api.store.deployments.change(id, (one) => ({ deployment: { ...one, status, steps: [step] } }));

test.each(Object.keys(WAYS) as Way[])("an own %s is approved by nobody who asked for it", async (way) => {
  const answers = {} as Record<string, string>;
  for (const role of ["operator", "admin"] as const) {
    const id = await WAYS[way](holders[role]);
    await at(id, "awaiting_approval", STEP);
    for (const who of ROLES) {
      const { status, body: answer } = await holders[who].call("POST", `/v1/deployments/${id}/approve`, {});
      answers[`${role}'s, by ${who}`] = [status, answer.code].filter(Boolean).join(" ");
    }
  }
  const below = { viewer: "403 forbidden", deployer: "403 forbidden" };
  expect(answers).toEqual({
    "operator's, by viewer": below.viewer,
    "operator's, by deployer": below.deployer,
    "operator's, by operator": "403 own_approval",
    "operator's, by admin": "200",
    "admin's, by viewer": below.viewer,
    "admin's, by deployer": below.deployer,
    "admin's, by operator": "200",
    "admin's, by admin": "403 own_approval",
  });
});

test("fewer approvers than the manifest asks for are for those who may change it; a rollback has no such word, a train is no way round", async () => {
  const rollout = { minApprovers: 1 };
  const less = { viewer: "403 forbidden", deployer: "403 forbidden", operator: "202", admin: "202" };
  expect(await each(DEPLOY, { ...ASK, rollout })).toEqual(less);
  const unknown = "422 invalid_input";
  expect(await each(BACK, { ...ASK, rollout })).toEqual({
    viewer: "403 forbidden",
    deployer: unknown,
    operator: unknown,
    admin: unknown,
  });
  const stops = [{ ...STOP, rollout }];
  expect(await each("/v1/trains", { stops })).toEqual({ ...less, deployer: "422 invalid_input" });
});

test("a freeze is opened by an admin's word alone, for a deployment and for a rollback", async () => {
  await freeze();
  const override = { reason: "prod is on fire" };
  const closed = {
    viewer: "403 forbidden",
    deployer: "409 frozen",
    operator: "409 frozen",
    admin: "409 frozen",
  };
  expect(await each(DEPLOY, ASK)).toEqual(closed);
  expect(await each(BACK, ASK)).toEqual(closed);
  const admins = {
    viewer: "403 forbidden",
    deployer: "403 forbidden",
    operator: "403 forbidden",
    admin: "202",
  };
  expect(await each(DEPLOY, { ...ASK, override })).toEqual(admins);
  expect(await each(BACK, { ...ASK, override })).toEqual(admins);
  const unknown = {
    viewer: "403 forbidden",
    deployer: "422 invalid_input",
    operator: "422 invalid_input",
    admin: "422 invalid_input",
  };
  expect(await each("/v1/trains", { stops: [{ ...STOP, override }] })).toEqual(unknown);
});

test.each(Object.keys(WAYS) as Way[])("an approval of a %s that arrives twice counts once", async (way) => {
  const id = await WAYS[way](holders.deployer);
  await at(id, "awaiting_approval", STEP);
  const approve = (who: Role) => holders[who].call("POST", `/v1/deployments/${id}/approve`, {});
  const [once, again] = [await approve("operator"), await approve("operator")];
  expect([once.status, again.status, again.body.status]).toEqual([200, 200, "awaiting_approval"]);
  expect(again.body.steps[0].approvals).toHaveLength(1);
  expect(again.body.revision).toBe(once.body.revision);
  const both = await approve("admin");
  expect([both.status, both.body.status, both.body.steps[0].status]).toEqual([200, "running", "succeeded"]);
  // What comes behind the end of the waiting finds nothing to approve.
  expect((await approve("operator")).body.code).toBe("action_not_allowed");
});

test.each(Object.keys(WAYS) as Way[])(
  "a %s that is promoted twice is promoted once, by whoever may",
  async (way) => {
    const id = await WAYS[way](holders.deployer);
    await at(id, "running", { ...STEP, type: "bake", label: "Bake 60 s", seconds: 60 });
    const first = await each(`/v1/deployments/${id}/promote`, {});
    expect(first).toEqual({
      viewer: "403 forbidden",
      deployer: "403 forbidden",
      operator: "200",
      admin: "200",
    });
    const { bakedSeconds, intent } = await api.store.deployments.need(id);
    expect([bakedSeconds, intent]).toEqual([60, null]);
  },
);

test("a train itself is neither approved nor promoted; its members are, and nobody's word stands for all of them", async () => {
  const { body: train } = await holders.deployer.call("POST", "/v1/trains", { stops: [STOP] });
  for (const action of ["approve", "promote", "resume"])
    expect(await each(`/v1/trains/${train.id}/${action}`, {})).toEqual({
      viewer: "404 not_found",
      deployer: "404 not_found",
      operator: "404 not_found",
      admin: "404 not_found",
    });
});
