// An operator's words, each in the middle of a real rollout.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { systemTimers, type Timers } from "#sandbox/step-functions/timers.ts";
import { openStage, type Stage, type StageOptions } from "#test/support/stage.ts";

let stage: Stage;
async function onStage(options: StageOptions = {}): Promise<void> {
  stage = await openStage(options);
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
}
beforeEach(() => onStage());
afterEach(() => stage.close());

function versions(): (string | null)[] {
  return [...stage.world.hosts.values()].map((host) => host.version);
}

const waits = (status: string) => (deployment: Deployment) =>
  deployment.status === status && deployment.taskToken !== null;

/** A day (at the stage's pace) is over in a moment; what is shorter takes its time, and so does the execution's year. */
const DAYS_FLY: Timers = {
  ...systemTimers,
  after: (ms, run) => systemTimers.after(ms > 1e6 && ms < 1e7 ? 100 : ms, run),
};

/** v2 under way, and its first replica does not come up until `letGo`. */
async function underWay(): Promise<string> {
  stage.world.looksToHealthy = 1_000_000;
  const { id } = await stage.submit("v2", { health: { graceSeconds: 10_000 } });
  await stage.until(id, (deployment) => deployment.steps[0]?.status === "running");
  return id;
}

function letGo(): void {
  stage.world.looksToHealthy = 1;
}

test("pause finishes the step under way and holds; resume goes on", async () => {
  const id = await underWay();
  await stage.act(id, "pause");
  letGo();
  const paused = await stage.until(id, waits("paused"));
  expect(paused.steps.map((step) => step.status)).toEqual(["succeeded", "pending", "pending"]);
  expect(versions()).toEqual(["v2", "v1", "v1"]);
  await stage.act(id, "resume");
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", generation: 1 });
  await stage.free();
});

test("a pause that is withdrawn before it was taken up changes nothing", async () => {
  const id = await underWay();
  await stage.act(id, "pause");
  await stage.act(id, "resume");
  letGo();
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("abort in the middle of a step is heard inside the watch, and rolls back", async () => {
  stage.world.looksToHealthy = 1_000_000;
  const { id } = await stage.submit("v2", { health: { graceSeconds: 10_000 } });
  await stage.until(id, (deployment) => deployment.steps[0]?.status === "running");
  await stage.act(id, "abort", "bob");
  await stage.until(id, (deployment) => deployment.status === "rolling_back");
  letGo();
  expect(await stage.ended(id)).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: aborted by bob.",
  });
  await stage.free();
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("abort while paused rolls back at once", async () => {
  const id = await underWay();
  await stage.act(id, "pause");
  letGo();
  await stage.until(id, waits("paused"));
  await stage.act(id, "abort");
  expect((await stage.ended(id)).status).toBe("rolled_back");
  await stage.free();
});

test("nobody interrupts the way back", async () => {
  stage.world.behaviours.v2 = "unhealthy";
  const goBack = stage.hold("rollBack");
  const { id } = await stage.submit("v2");
  await stage.until(id, (deployment) => deployment.status === "rolling_back");
  await expect(stage.act(id, "abort")).rejects.toMatchObject({
    code: "action_not_allowed",
    extra: { status: "rolling_back", allowed: [] },
  });
  goBack();
  expect((await stage.ended(id)).status).toBe("rolled_back");
  await stage.free();
});

test("promote ends a bake at once", async () => {
  const { id } = await stage.submit("v2", { rollout: { batch: "100%", bakeSeconds: 3600 } });
  await stage.until(id, (deployment) => deployment.taskToken !== null);
  await stage.act(id, "promote");
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("pause in a bake holds, and the bake goes on after it", async () => {
  const { id } = await stage.submit("v2", { rollout: { batch: "100%", bakeSeconds: 20 } });
  await stage.until(id, (deployment) => deployment.taskToken !== null);
  await stage.act(id, "pause");
  const paused = await stage.until(id, waits("paused"));
  expect(paused.bakedSeconds).toBe(0);
  await stage.act(id, "resume");
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("approval before the start: nothing is touched until it is given", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, waits("awaiting_approval"));
  expect(versions()).toEqual(["v1", "v1", "v1"]);
  await stage.act(id, "approve");
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("succeeded");
  expect(deployment.steps[0]).toMatchObject({ type: "approval", status: "succeeded" });
  await stage.free();
});

test("an approval is given for each step where each asks for one", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "eachStep" } });
  for (let given = 0; given < 3; given++) {
    await stage.until(
      id,
      (deployment) =>
        waits("awaiting_approval")(deployment) &&
        deployment.steps.filter((step) => step.type === "approval" && step.status === "succeeded").length ===
          given,
    );
    await stage.act(id, "approve");
  }
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("a rejected approval before the start ends cancelled, and nothing was changed", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, waits("awaiting_approval"));
  await stage.act(id, "reject", "bob");
  expect(await stage.ended(id)).toMatchObject({
    status: "cancelled",
    changed: false,
    reason: "Rejected by bob. Nothing had been changed.",
  });
  await stage.free();
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("an approval that is rejected later rolls back", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "eachStep" } });
  await stage.until(id, waits("awaiting_approval"));
  await stage.act(id, "approve");
  await stage.until(
    id,
    (deployment) => waits("awaiting_approval")(deployment) && deployment.steps[1]?.status === "succeeded",
  );
  await stage.act(id, "reject", "bob");
  expect(await stage.ended(id)).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: rejected by bob.",
  });
  await stage.free();
});

test("a word that the status does not allow is refused with those it does", async () => {
  const { id } = await stage.submit("v2");
  await stage.ended(id);
  await expect(stage.act(id, "resume")).rejects.toMatchObject({
    code: "action_not_allowed",
    extra: { allowed: [] },
  });
});

test("a pause that nobody ends goes back after a day", async () => {
  await stage.close();
  await onStage({ timers: DAYS_FLY });
  const id = await underWay();
  await stage.act(id, "pause");
  letGo();
  expect(await stage.ended(id)).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: nobody resumed it within 24 hours.",
  });
  await stage.free();
});

test("an approval that nobody gives is cancelled after a day where nothing was changed", async () => {
  await stage.close();
  await onStage({ timers: DAYS_FLY });
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  expect(await stage.ended(id)).toMatchObject({
    status: "cancelled",
    reason: "Nobody approved it within 24 hours. Nothing had been changed.",
  });
  await stage.free();
});

test("two approve, never the one who asked; a second word of the same one counts once, and the wait is not begun anew", async () => {
  const { id } = await stage.submit("v2", {
    createdById: "tok_ann",
    rollout: { approval: "before", minApprovers: 2 },
  });
  const { taskToken } = await stage.until(id, waits("awaiting_approval"));
  const approve = (actorId: string) => stage.act(id, "approve", actorId.slice(4), actorId);
  await expect(approve("tok_ann")).rejects.toMatchObject({ code: "own_approval" });
  expect((await approve("tok_ben")).taskToken).toBe(taskToken);
  expect((await approve("tok_ben")).status).toBe("awaiting_approval");
  expect(versions()).toEqual(["v1", "v1", "v1"]);
  await approve("tok_cleo");
  expect((await stage.ended(id)).status).toBe("succeeded");
  const told = (await stage.store.events.list(id)).map(({ message }) => message);
  expect(told.filter((message) => message.startsWith("Approved"))).toEqual([
    "Approved by ben (1 of 2).",
    "Approved by cleo (2 of 2).",
  ]);
  await stage.free();
});

test("an approval that is not given within its time is a rejection, and says how long it waited", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before", approvalSeconds: 60 } });
  expect(await stage.ended(id)).toMatchObject({
    status: "cancelled",
    changed: false,
    reason: expect.stringContaining("obody approved it within 1 min"),
  });
  await stage.free();
});
