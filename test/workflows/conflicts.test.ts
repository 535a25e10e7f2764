// One at a time: what happens to those that come while a target is being changed, and to executions that are over.
import { afterEach, beforeEach, expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
});
afterEach(() => stage.close());

const SLOW = { health: { graceSeconds: 10_000 } };

/** v2 is under way and does not get on until `looksToHealthy` is put down. */
async function held(): Promise<string> {
  stage.world.looksToHealthy = 1_000_000;
  const { id } = await stage.submit("v2", SLOW);
  await stage.until(id, (deployment) => deployment.steps[0]?.status === "running");
  return id;
}

function letGo(): void {
  stage.world.looksToHealthy = 1;
}

test("queued deployments wait and follow one after the other", async () => {
  const second = await held();
  const third = await stage.submit("v3");
  const fourth = await stage.submit("v4");
  expect([third.status, fourth.status]).toEqual(["queued", "queued"]);
  expect(await stage.target()).toMatchObject({ lock: { owner: second }, queue: [third.id, fourth.id] });
  letGo();
  for (const id of [second, third.id, fourth.id]) expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
  expect(await stage.target()).toMatchObject({ release: "v4", history: ["v4", "v3", "v2", "v1"], queue: [] });
});

test("to scale or to restart, asked for while another release comes, is about the release that runs when its turn comes", async () => {
  const second = await held();
  const scale = await stage.submit("v1", {
    trigger: "scale",
    purpose: "scale",
    spec: aSpec({ replicas: 2 }),
  });
  const restart = await stage.submit("v1", { trigger: "restart", purpose: "restart" });
  letGo();
  for (const id of [second, scale.id, restart.id]) expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
  expect(await stage.target()).toMatchObject({ release: "v2", history: ["v2", "v1"], desired: 2 });
  expect(await stage.ended(scale.id)).toMatchObject({ version: "v2", previousVersion: "v2" });
  expect(await stage.ended(restart.id)).toMatchObject({ version: "v2", reason: "v2 runs in fresh copies." });
  const messages = (await stage.store.events.list(scale.id)).map((event) => event.message);
  expect(messages).toContain("By now v2 runs here, so it is about v2.");
});

test("a queued deployment that is aborted leaves the queue", async () => {
  const second = await held();
  const third = await stage.submit("v3");
  expect(await stage.act(third.id, "abort")).toMatchObject({ status: "cancelled" });
  expect((await stage.target()).queue).toEqual([]);
  letGo();
  await stage.ended(second);
  await stage.free();
  expect((await stage.target()).release).toBe("v2");
});

test("with onConflict reject the newcomer is refused, and is told who is in the way", async () => {
  const second = await held();
  await expect(stage.submit("v3", { onConflict: "reject" })).rejects.toMatchObject({
    code: "target_busy",
    extra: { activeDeployment: second },
  });
  letGo();
  expect((await stage.ended(second)).status).toBe("succeeded");
  await stage.free();
});

test("with onConflict supersede the one under way goes back, the waiting ones are cancelled, the newcomer follows", async () => {
  const second = await held();
  const third = await stage.submit("v3");
  const fourth = await stage.submit("v4", { onConflict: "supersede" });
  expect(await stage.ended(third.id)).toMatchObject({
    status: "cancelled",
    reason: `Superseded by ${fourth.id} (v4) before it began.`,
  });
  letGo();
  expect((await stage.ended(second)).reason).toBe(
    `Went back to v1: aborted by ann: superseded by ${fourth.id} (v4).`,
  );
  expect((await stage.ended(fourth.id)).status).toBe("succeeded");
  await stage.free();
  expect((await stage.target()).release).toBe("v4");
});

test("a rollback supersedes, whatever the manifest says", async () => {
  const second = await held();
  const back = await stage.submit("v1", { trigger: "rollback", onConflict: "queue" });
  letGo();
  expect((await stage.ended(second)).status).toBe("rolled_back");
  expect((await stage.ended(back.id)).status).toBe("succeeded");
  await stage.free();
});

test("an older execution is fenced off and ends quietly while the newer one finishes", async () => {
  const id = await held();
  const deployment = await stage.store.deployments.need(id);
  await stage.store.deployments.change(id, (before) => ({
    deployment: { ...before, generation: 2, replan: true },
  }));
  await stage.deps.executions.start(`${id}-2`, { deploymentId: id, kind: deployment.kind, generation: 2 });
  letGo();
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", generation: 2 });
  await stage.free();
  const late = { deploymentId: id, generation: 1 } as const;
  await stage.until(id, () => true);
  expect(await stage.conduct({ verb: "finish", ...late })).toEqual({ next: "finish" });
});

test("a verb of an older execution changes nothing", async () => {
  const id = await held();
  await stage.store.deployments.change(id, (before) => ({
    deployment: { ...before, generation: 2, replan: true },
  }));
  for (const verb of ["plan", "apply", "check", "rollBack", "finish", "giveUp"] as const) {
    await expect(stage.conduct({ verb, deploymentId: id, generation: 1 })).rejects.toMatchObject({
      name: "Tutti.Fenced",
    });
  }
  letGo();
});

test("a freeze that begins while a deployment is queued holds it up, a way back passes, and it begins by itself when the freeze is over", async () => {
  const second = await held();
  const third = await stage.submit("v3");
  const now = () => new Date(stage.clock.now()).toISOString();
  const settings = { name: "prod", pools: {}, updatedAt: now() };
  const freeze = { from: now(), to: "2099-01-01T00:00:00.000Z", reason: "the big sale" };
  await stage.store.environments.put({ ...settings, freezes: [freeze] });
  letGo();
  expect((await stage.ended(second)).status).toBe("succeeded");
  const waiting = await stage.until(third.id, (one) => one.reason !== "");
  expect(waiting).toMatchObject({
    status: "queued",
    reason: "Its turn, but prod takes no releases until 2099-01-01T00:00:00.000Z: frozen, the big sale.",
  });
  await expect(stage.submit("v4")).rejects.toMatchObject({ code: "frozen" });
  await stage.sweep();
  expect((await stage.store.deployments.need(third.id)).status).toBe("queued");
  // It is over. What has just come to its turn is somebody's work of this moment: the sweep leaves it alone for a while.
  await stage.store.environments.put(settings);
  const since = stage.clock.now();
  await stage.until(third.id, () => stage.clock.now() - since > 20_000);
  await stage.sweep();
  expect((await stage.ended(third.id)).status).toBe("succeeded");
  await stage.free();
});

test("in a freeze one goes back all the same, and what waits for the end of it makes way", async () => {
  const second = await held();
  const third = await stage.submit("v3");
  const at = new Date(stage.clock.now()).toISOString();
  const freeze = { from: at, to: "2099-01-01T00:00:00.000Z", reason: "the big sale" };
  await stage.store.environments.put({ name: "prod", pools: {}, updatedAt: at, freezes: [freeze] });
  letGo();
  await stage.ended(second);
  await stage.until(third.id, (one) => one.reason !== "");
  const back = await stage.submit("v1", { trigger: "rollback", wayBack: true });
  expect((await stage.ended(back.id)).status).toBe("succeeded");
  expect((await stage.store.deployments.need(third.id)).status).toBe("cancelled");
  await stage.free();
  expect((await stage.target()).release).toBe("v1");
});
