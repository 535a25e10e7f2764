// Trains as they run: the real workflow, the real engine, the real store, three apps on hosts in memory.
import { afterEach, expect, test } from "vitest";
import type { Notice } from "#core/domain/notice.ts";
import type { Train } from "#core/domain/train.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { asked, openTrainStage, type TrainStage } from "#test/support/train-stage.ts";

let stage: TrainStage;
afterEach(() => stage.close());

const statuses = ({ members }: Train) => members.map((one) => `${one.app} ${one.status}`);

async function releases() {
  return Promise.all(["orders", "shop", "web"].map((app) => stage.release(app)));
}

/** Ids in the order in which they ended. */
async function endsOf(train: Train): Promise<string[]> {
  const ids = train.members.flatMap((one) => [one.deployment, one.rollback]).filter((id) => id !== null);
  const all = await Promise.all(ids.map((id) => stage.store.deployments.need(id)));
  return all.sort((a, b) => a.endedAt!.localeCompare(b.endedAt!)).map((one) => `${one.app} ${one.version}`);
}

test("stops are played in order, and those of one stop side by side", async () => {
  stage = await openTrainStage();
  const { id } = await stage.depart("orders", ["shop", "web"]);
  const train = await stage.ended(id);
  expect(train).toMatchObject({ status: "succeeded", reason: "All 3 deployments succeeded." });
  expect(await releases()).toEqual(["v2", "v2", "v2"]);
  const [orders, shop, web] = await Promise.all(
    train.members.map((one) => stage.store.deployments.need(one.deployment!)),
  );
  expect(orders).toMatchObject({ trigger: "train", train: id, createdBy: "ann" });
  expect(shop!.createdAt >= orders!.endedAt!).toBe(true);
  expect(web!.startedAt! < shop!.endedAt!).toBe(true);
});

test("of three the third fails: all are back on their first release, in reverse order, and it is told", async () => {
  const told: Notice[] = [];
  stage = await openTrainStage({ bus: { put: async (notices) => void told.push(...notices) } });
  stage.world("web").behaviours.v2 = "unhealthy";
  const { id } = await stage.depart("orders", "shop", "web");
  const train = await stage.ended(id);
  expect(train.status).toBe("rolled_back");
  expect(train.reason).toMatch(/^web\/prod rolled back: Went back to v1: /);
  expect(train.reason).toMatch(/Back: orders\/prod \(v1\), shop\/prod \(v1\), web\/prod \(v1\)\.$/);
  expect(await releases()).toEqual(["v1", "v1", "v1"]);
  expect(await endsOf(train)).toEqual(["orders v2", "shop v2", "web v2", "shop v1", "orders v1"]);
  const ids = train.members.flatMap((one) => [one.deployment, one.rollback]).filter((one) => one !== null);
  const played = await Promise.all(ids.map((one) => stage.store.deployments.need(one)));
  // The ways back too.
  expect(played.map((one) => one.traceId)).toEqual(Array(5).fill(train.traceId));
  const ofIt = told.filter((one) => one.train?.id === id);
  expect(ofIt.map(({ type, environment }) => `${type} ${environment}`)).toEqual([
    "train.running prod",
    "train.rolling_back prod",
    "train.rolled_back prod",
  ]);
  expect(ofIt[2]).toMatchObject({ message: `Train ${id} went back: ${train.reason}` });
});

test("those of a stop go back side by side, and those never started are told so", async () => {
  stage = await openTrainStage();
  stage.world("web").behaviours.v2 = "unhealthy";
  const { id } = await stage.departAsked([[asked("orders"), asked("shop")], [asked("web")]]);
  const train = await stage.ended(id);
  expect(statuses(train)).toEqual(["orders rolled_back", "shop rolled_back", "web rolled_back"]);
  const [orders, shop] = await Promise.all(
    train.members.slice(0, 2).map((one) => stage.store.deployments.need(one.rollback!)),
  );
  expect(orders!.startedAt! < shop!.endedAt! && shop!.startedAt! < orders!.endedAt!).toBe(true);
});

test("what was never started is skipped", async () => {
  stage = await openTrainStage();
  stage.world("orders").behaviours.v2 = "unhealthy";
  const train = await stage.ended((await stage.depart("orders", "shop", "web")).id);
  expect(statuses(train)).toEqual(["orders rolled_back", "shop skipped", "web skipped"]);
  expect(train.reason).toContain("Never started: shop/prod, web/prod.");
});

test("one that is under way beside the one that fails is stopped and goes back", async () => {
  stage = await openTrainStage();
  stage.world("web").behaviours.v2 = "unhealthy";
  const slow = { rollout: { bakeSeconds: 3600 } };
  const { id } = await stage.departAsked([[asked("shop", "v2", slow), asked("web")]]);
  const train = await stage.ended(id);
  expect(train).toMatchObject({ status: "rolled_back" });
  expect(train.members[0]).toMatchObject({ status: "rolled_back", rollback: null });
  expect(train.members[0]!.reason).toContain(`${id} goes back: web/prod rolled back`);
  expect(await stage.release("shop")).toBe("v1");
});

test("what ran nothing before the train is removed again", async () => {
  stage = await openTrainStage({ running: ["web"] });
  stage.world("web").behaviours.v2 = "unhealthy";
  const train = await stage.ended((await stage.depart("orders", "web")).id);
  expect(train.members[0]).toMatchObject({
    status: "rolled_back",
    previousVersion: null,
    reason: "Removed again: nothing ran there before.",
  });
  expect(await stage.release("orders")).toBeNull();
  expect([...stage.world("orders").hosts.values()].map((host) => host.version)).toEqual([null, null]);
  expect(await stage.store.deployments.need(train.members[0]!.rollback!)).toMatchObject({
    status: "rolled_back",
    reason: "Removed again: nothing ran here before.",
  });
});

test("abort before anything changed ends cancelled, later rolled back", async () => {
  stage = await openTrainStage();
  const approval = { rollout: { approval: "before" } };
  const waiting = await stage.departAsked([[asked("orders", "v2", approval)], [asked("shop")]]);
  await stage.until(waiting.id, ({ members }) => members[0]!.status === "running");
  await stage.abort(waiting.id, "the wrong day");
  expect(await stage.ended(waiting.id)).toMatchObject({
    status: "cancelled",
    reason: "Aborted by bob: the wrong day. Nothing had been changed.",
  });
  const begun = await stage.departAsked([[asked("orders")], [asked("shop", "v2", approval)]]);
  await stage.until(begun.id, ({ members }) => members[1]!.status === "running");
  await stage.abort(begun.id);
  const train = await stage.ended(begun.id);
  expect(statuses(train)).toEqual(["orders rolled_back", "shop cancelled"]);
  expect(train.status).toBe("rolled_back");
  await expect(stage.abort(begun.id)).rejects.toMatchObject({ code: "action_not_allowed" });
});

test("a target that is busy is waited for, or refused where the train says so", async () => {
  stage = await openTrainStage();
  const held = await stage.departAsked([[asked("orders", "v2", { rollout: { approval: "before" } })]]);
  const { members } = await stage.until(held.id, (one) => one.members[0]!.status === "running");
  const queued = await stage.depart("orders");
  await stage.until(queued.id, (one) => one.members[0]!.status === "running");
  const refused = await stage.departAsked([[asked("orders", "v2", { onConflict: "reject" })]]);
  expect(await stage.ended(refused.id)).toMatchObject({ status: "cancelled" });
  expect((await stage.train(refused.id)).reason).toContain("is being changed by");
  await waitForApproval(members[0]!.deployment!);
  expect(await stage.ended(queued.id)).toMatchObject({ status: "succeeded" });
});

async function waitForApproval(id: string) {
  for (;;) {
    const { status } = await stage.store.deployments.need(id);
    if (status === "awaiting_approval") return stage.act(id, "approve");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("what somebody has deployed since is left alone", async () => {
  stage = await openTrainStage();
  const { id } = await stage.departAsked([
    [asked("orders")],
    [asked("web", "v2", { rollout: { approval: "before" } })],
  ]);
  const { members } = await stage.until(id, (one) => one.members[1]!.status === "running");
  const other = await stage.departAsked([[asked("orders", "v1")]]);
  await stage.ended(other.id);
  await stage.abort(id);
  const train = await stage.ended(id);
  expect(train.members[0]).toMatchObject({ status: "overtaken" });
  expect(train.reason).toContain("Overtaken by another deployment and left alone: orders/prod.");
  expect(members[0]!.deployment).not.toBeNull();
});

test("one that cannot be put back makes the train fail, and the others still go back", async () => {
  stage = await openTrainStage();
  stage.world("web").behaviours.v2 = "unhealthy";
  stage.world("shop").behaviours.v1 = "unhealthy";
  const { id } = await stage.depart("orders", "shop", "web");
  const train = await stage.ended(id);
  expect(statuses(train)).toEqual(["orders rolled_back", "shop failed", "web rolled_back"]);
  expect(train.status).toBe("failed");
  // It is logged once the end is written.
  const told = () => stage.logs.filter((line) => line.startsWith(`${LOG_MESSAGES.trainFailed} `)).length;
  await expect.poll(told).toBe(1);
  expect(train.reason).toContain("Not back on its release: shop/prod: ");
});
