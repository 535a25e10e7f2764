// Each change of a deployment's status is told, in order; and where whoever wrote it died before it was told, somebody else tells it.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Notice } from "#core/domain/notice.ts";
import { noticeDocument } from "#functions/api/schemas/notice.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
let told: Notice[];
/** So many notices are lost: as if the function had died behind its write. */
let lost: (notice: Notice) => boolean;

beforeEach(async () => {
  [told, lost] = [[], () => false];
  const put = async (notices: Notice[]) => {
    const dead = notices.some(lost);
    lost = dead ? () => false : lost;
    if (dead) throw new Error("gone");
    told.push(...notices);
  };
  stage = await openStage({ bus: { put } });
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
  told.length = 0;
});
afterEach(() => stage.close());

const types = () => told.map(({ type }) => type.replace("deployment.", ""));

test("a good release is told when it is planned, runs and has succeeded, with its reason", async () => {
  const { id } = await stage.submit("v2");
  await stage.ended(id);
  await stage.free();
  expect(types()).toEqual(["planning", "running", "succeeded"]);
  expect(told.at(-1)).toMatchObject({
    schema: 1,
    app: "shop",
    environment: "prod",
    kind: "server",
    message: "Succeeded: v2 is live.",
    deployment: { id, version: "v2", previousVersion: "v1", reason: "v2 is live.", createdBy: "ann" },
  });
  expect(new Set(told.map((one) => one.id)).size).toBe(3);
  for (const one of told) {
    const document = { installation: "tutti", ...one };
    // Nothing is told that the schema does not know.
    expect(noticeDocument.parse(document)).toEqual(document);
  }
});

test("a broken one is told when it goes back, and one that waits in the queue has its own", async () => {
  stage.world.behaviours.v2 = "unhealthy";
  const release = stage.hold("rollBack");
  const first = await stage.submit("v2");
  await stage.until(first.id, ({ status }) => status === "rolling_back");
  const second = await stage.submit("v3");
  release();
  await stage.ended(second.id);
  await stage.free();
  const of = (id: string) => told.filter(({ deployment }) => deployment?.id === id).map(({ type }) => type);
  expect(of(first.id)).toEqual([
    "deployment.planning",
    "deployment.running",
    "deployment.rolling_back",
    "deployment.rolled_back",
  ]);
  expect(of(second.id)).toEqual([
    "deployment.queued",
    "deployment.planning",
    "deployment.running",
    "deployment.succeeded",
  ]);
});

test("a pause and an approval are told, and so is a target that is left degraded", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, ({ status, taskToken }) => status === "awaiting_approval" && taskToken !== null);
  expect(types()).toEqual(["planning", "awaiting_approval"]);
  stage.world.behaviours.v2 = "unhealthy";
  stage.world.behaviours.v1 = "unhealthy";
  await stage.act(id, "approve", "bob");
  expect((await stage.ended(id)).status).toBe("failed");
  await stage.free();
  expect(types().slice(-3)).toEqual(["rolling_back", "failed", "target.degraded"]);
  expect(told.at(-1)).toMatchObject({ id: `${id}-degraded`, app: "shop", environment: "prod" });
});

test("a target that was degraded is told to be well again, once, before its lock is given back", async () => {
  stage.world.behaviours.v2 = "unhealthy";
  stage.world.behaviours.v1 = "unhealthy";
  const broken = await stage.submit("v2");
  expect((await stage.ended(broken.id)).status).toBe("failed");
  await stage.free();
  const mended = await stage.submit("v3");
  await stage.ended(mended.id);
  await stage.free();
  expect(types().slice(-2)).toEqual(["succeeded", "target.recovered"]);
  expect(told.at(-1)).toMatchObject({
    id: `${mended.id}-recovered`,
    message: "shop/prod is well again: v3 is live.",
  });
  const next = await stage.submit("v4");
  await stage.ended(next.id);
  await stage.free();
  expect(types().filter((type) => type === "target.recovered")).toHaveLength(1);
});

test("what healing mends and what it gives up is told, each once; the release that mends it too", async () => {
  const healing = { maxRepairs: 2, pauseSeconds: 1 };
  const first = await stage.submit("v2", { manifest: { healing } });
  await stage.ended(first.id);
  await stage.free();
  told.length = 0;
  stage.world.hosts.get("host-1")!.dead = true;
  await stage.sweep();
  stage.world.hosts.get("host-2")!.cannotRun = ["v2"];
  for (let pass = 0; pass < 10; pass++) {
    await stage.sweep();
    await stage.clock.sleep(20_000);
  }
  expect(types()).toEqual(["healing.repaired", "healing.gave_up", "target.degraded"]);
  const { degraded } = await stage.target();
  expect(told[1]!.message).toBe(`shop/prod is given up: ${degraded}`);
  for (const one of told)
    expect(noticeDocument.parse({ installation: "tutti", ...one })).toEqual({
      installation: "tutti",
      ...one,
    });
  const next = await stage.submit("v3");
  await stage.ended(next.id);
  await stage.free();
  expect(types().slice(-2)).toEqual(["succeeded", "target.recovered"]);
});

test("what the bus did not take is told by the next sweep", async () => {
  lost = ({ type }) => type === "deployment.succeeded";
  const { id } = await stage.submit("v2");
  await stage.ended(id);
  await stage.free();
  expect(types()).toEqual(["planning", "running"]);
  await stage.sweep();
  expect(types()).toEqual(["planning", "running", "succeeded"]);
});

test("where whoever wrote it died before it was told, the sweep tells it, once and not too early", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  const waiting = await stage.until(id, ({ status, taskToken }) => {
    return status === "awaiting_approval" && taskToken !== null;
  });
  await stage.forgetTold(id);
  told.length = 0;
  await stage.sweep();
  expect(told).toEqual([]);
  await stage.clock.sleep(20_000);
  await stage.sweep();
  await stage.sweep();
  expect(told.map((one) => one.id)).toEqual([`${id}-1`, `${id}-${waiting.statusSeq}`]);
});

test("an end that was written and neither told nor settled is told before the lock is given back", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, ({ status, taskToken }) => status === "awaiting_approval" && taskToken !== null);
  await stage.stop(`${id}-1`);
  stage.dieBehindTheNextWrite();
  await expect(
    stage.store.deployments.change(id, (deployment) => ({
      deployment: { ...deployment, status: "cancelled", reason: "by hand", endedAt: deployment.createdAt },
      events: [{ type: "status", message: "Cancelled: by hand" }],
    })),
  ).rejects.toThrow("died");
  expect(types()).toEqual(["planning", "awaiting_approval"]);
  await stage.sweep();
  expect(types()).toEqual(["planning", "awaiting_approval", "cancelled"]);
  expect((await stage.target()).lock).toBeNull();
});
