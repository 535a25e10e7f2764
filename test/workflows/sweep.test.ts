// What nothing inside an execution can catch, and the sweep finds.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { type Mishap, openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
const NAME = { app: "shop", environment: "prod" };

beforeEach(async () => {
  stage = await openStage();
  const { id } = await stage.submit("v1");
  await stage.ended(id);
  await stage.free();
});
afterEach(() => stage.close());

async function stuck(version = "v2"): Promise<Deployment> {
  stage.world.looksToHealthy = 1_000_000;
  const deployment = await stage.submit(version, { health: { graceSeconds: 10_000 } });
  return stage.until(deployment.id, ({ steps }) => steps[0]?.status === "running");
}

/** Older than what the sweep leaves alone. */
const aWhile = () => stage.clock.sleep(20_000);

test("a healthy target costs a sweep no write", async () => {
  const before = (await stage.target()).revision;
  await stage.sweep();
  expect((await stage.target()).revision).toBe(before);
  expect((await stage.store.healingRuns.list()).items).toEqual([]);
});

test("a deployment whose execution was stopped is carried on in the next one, from what is live", async () => {
  const { id } = await stuck();
  await stage.stop(`${id}-1`);
  stage.world.looksToHealthy = 1;
  const report = await stage.sweep();
  expect(report.actions).toMatchObject([{ app: "shop", result: "carried_on" }]);
  expect(stage.logs.filter((line) => line.startsWith(`${LOG_MESSAGES.carriedOn} `))).toHaveLength(1);
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", generation: 2 });
  expect(await stage.execution(`${id}-2`)).not.toBe("missing");
  await stage.free();
});

test("one that was on its way back is carried on backwards", async () => {
  stage.world.behaviours.v2 = "unhealthy";
  const hanging: Mishap = { verb: "rollBack", times: 1, how: "hangs" };
  stage.mishaps.push(hanging);
  const { id } = await stage.submit("v2");
  // That it goes back is written before the task that hangs is begun: stopped in between, the execution leaves it to the next one.
  await stage.until(id, ({ status }) => status === "rolling_back" && hanging.times === 0);
  await stage.stop(`${id}-1`);
  await stage.sweep();
  expect(await stage.ended(id)).toMatchObject({ status: "rolled_back", generation: 2 });
  await stage.free();
});

test("one that was paused stays paused when it is carried on", async () => {
  const { id } = await stuck();
  await stage.act(id, "pause");
  stage.world.looksToHealthy = 1;
  await stage.until(id, (deployment) => deployment.status === "paused" && deployment.taskToken !== null);
  await stage.stop(`${id}-1`);
  await stage.sweep();
  await stage.until(
    id,
    (deployment) =>
      deployment.generation === 2 && deployment.status === "paused" && deployment.taskToken !== null,
  );
  await stage.act(id, "resume");
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("a deployment whose execution was never started is started", async () => {
  const start = stage.deps.executions.start;
  stage.control.executions.start = () => Promise.reject(new Error("Step Functions is down"));
  const { id } = await stage.submit("v2");
  stage.control.executions.start = start;
  expect(await stage.execution(`${id}-1`)).toBe("missing");
  await stage.sweep();
  expect(await stage.execution(`${id}-1`)).toBe("missing");
  await aWhile();
  await stage.sweep();
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("a lock whose deployment was never recorded is freed, and the next one begins", async () => {
  await stage.store.targets.acquire({ ...NAME, kind: "server", owner: "dep_gone", onConflict: "queue" });
  const { id, status } = await stage.submit("v2");
  expect(status).toBe("queued");
  await stage.sweep();
  expect((await stage.target()).lock?.owner).toBe("dep_gone");
  await aWhile();
  await stage.sweep();
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("places in the queue that were never recorded are given back at once, however many", async () => {
  const take = () =>
    stage.store.targets.acquire({
      ...NAME,
      kind: "server",
      owner: stage.control.ids("dep"),
      onConflict: "queue",
    });
  for (let i = 0; i < 5; i++) await take();
  const { id } = await stage.submit("v2");
  await stage.clock.sleep(61_000);
  await stage.sweep();
  expect((await stage.ended(id)).status).toBe("succeeded");
  await stage.free();
});

test("a lock whose deployment has ended is settled as its end would have done", async () => {
  const { id } = await stuck();
  await stage.stop(`${id}-1`);
  await stage.store.deployments.change(id, (before) => ({
    deployment: {
      ...before,
      status: "succeeded",
      reason: "v2 is live.",
      endedAt: "2026-01-05T12:00:00.000Z",
    },
  }));
  await stage.sweep();
  expect(await stage.target()).toMatchObject({ lock: null, release: "v2", history: ["v2", "v1"] });
});

test("a waiting state that was not woken is woken", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, (deployment) => deployment.taskToken !== null);
  const succeed = stage.control.tokens.succeed;
  stage.control.tokens.succeed = () => Promise.reject(new Error("Step Functions is down"));
  await stage.act(id, "reject");
  stage.control.tokens.succeed = succeed;
  await stage.sweep();
  expect((await stage.ended(id)).status).toBe("cancelled");
  await stage.free();
});

test.each(["approve", "resume"] as const)(
  "one that was not told of a word to go on (%s) is woken",
  async (word) => {
    const approval = word === "approve" ? "before" : "none";
    const { id } = await stage.submit("v2", { rollout: { approval } });
    if (word === "resume") await stage.act(id, "pause");
    await stage.until(id, ({ status, taskToken }) => taskToken !== null && /paused|approval/.test(status));
    const succeed = stage.control.tokens.succeed;
    stage.control.tokens.succeed = () => Promise.reject(new Error("Step Functions is down"));
    await stage.act(id, word);
    stage.control.tokens.succeed = succeed;
    const goesOn = async () => {
      await stage.sweep();
      expect((await stage.store.deployments.need(id)).taskToken).toBeNull();
    };
    await vi.waitFor(goesOn, { timeout: 90_000 });
    expect((await stage.ended(id)).status).toBe("succeeded");
    await stage.free();
  },
);

test("a deployment that does not move however often it is carried on is closed", async () => {
  const { id } = await stuck();
  for (let generation = 1; generation <= 6; generation++) {
    await stage.stop(`${id}-${generation}`).catch(() => {});
    await stage.sweep();
  }
  const deployment = await stage.ended(id);
  expect(deployment).toMatchObject({ status: "failed" });
  expect(deployment.reason).toContain("5 executions in a row ended without moving it on");
  await stage.free();
});

test("a replica that died is restarted, under a lock that is given back, and the run is recorded", async () => {
  stage.world.hosts.get("host-2")!.dead = true;
  await stage.sweep();
  expect(stage.world.hosts.get("host-2")!.dead).toBe(false);
  const { items } = await stage.store.healingRuns.list();
  expect(items).toMatchObject([
    {
      ...NAME,
      trigger: "schedule",
      summary: "1 of 1 repaired.",
      actions: [{ replica: "host-2", result: "repaired" }],
    },
  ]);
  expect(await stage.target()).toMatchObject({ lock: null });
});

test("a replica that cannot be mended is logged in the words that an alarm rests on", async () => {
  stage.world.hosts.get("host-2")!.dead = true;
  stage.world.behaviours.v1 = "unhealthy";
  await stage.sweep();
  const { items } = await stage.store.healingRuns.list();
  const failed = items[0]!.actions.filter((one) => one.result === "failed");
  expect(failed.map((one) => one.replica)).toContain("host-2");
  const told = stage.logs.filter((line) => line.startsWith(`${LOG_MESSAGES.notMended} `));
  expect(told).toHaveLength(failed.length);
});

test("a replica that died is restarted while a deployment is paused, and left to it while it runs", async () => {
  const { id } = await stuck();
  stage.world.hosts.get("host-3")!.dead = true;
  await stage.sweep();
  expect(stage.world.hosts.get("host-3")!.dead).toBe(true);
  await stage.act(id, "pause");
  stage.world.looksToHealthy = 1;
  await stage.until(id, (deployment) => deployment.status === "paused" && deployment.taskToken !== null);
  await stage.sweep();
  expect(stage.world.hosts.get("host-3")!.dead).toBe(false);
  await stage.act(id, "resume");
  await stage.ended(id);
  await stage.free();
});

test("a deployment that came and went while healing looked is not undone by it", async () => {
  stage.world.hosts.get("host-2")!.dead = true;
  const seen: (string | null | undefined)[] = [];
  const { inspect, repair } = stage.deps.driver;
  let first = true;
  // Between the look without a lock and the lock: v2 is rolled out, and the host falls ill again.
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    if (first) {
      first = false;
      const { id } = await stage.submit("v2");
      expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
      await stage.free();
      stage.world.hosts.get("host-2")!.dead = true;
    }
    return fleet;
  };
  stage.deps.driver.repair = (context, fleet) => {
    seen.push(context.current);
    return repair(context, fleet);
  };
  await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(seen).toEqual(["v2"]);
  expect(await stage.target()).toMatchObject({ release: "v2", lock: null });
});

test("a deployment that goes on in the middle of a repair waits for its end, and plans from what is live then", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, (deployment) => deployment.taskToken !== null);
  stage.world.hosts.get("host-3")!.dead = true;
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { repair, apply } = stage.deps.driver;
  stage.deps.driver.repair = async (context, fleet) => {
    order.push("repair begins");
    begun.resolve();
    await promise;
    const results = await repair(context, fleet);
    order.push("repair ends");
    return results;
  };
  stage.deps.driver.apply = (context, step, state) => {
    order.push("step");
    return apply(context, step, state);
  };
  const healing = stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  await begun.promise;
  await stage.act(id, "approve");
  await stage.until(id, (deployment) => deployment.replan === true);
  expect(order).toEqual(["repair begins"]);
  resolve();
  expect(await healing).toMatchObject({ actions: [{ replica: "host-3", result: "repaired" }] });
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", generation: 2 });
  expect(order.slice(0, 3)).toEqual(["repair begins", "repair ends", "step"]);
  await stage.free();
});

test("a repair is not begun beside a deployment that has just gone on", async () => {
  const { id } = await stage.submit("v2", { rollout: { approval: "before" } });
  await stage.until(id, (deployment) => deployment.taskToken !== null);
  stage.world.hosts.get("host-3")!.dead = true;
  const { inspect } = stage.deps.driver;
  const release = stage.hold("apply");
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    stage.deps.driver.inspect = inspect;
    await stage.act(id, "approve");
    return fleet;
  };
  const run = await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(run).toMatchObject({ actions: [], summary: `${id} has just gone on.` });
  expect(stage.world.calls.filter(({ verb }) => verb === "repair")).toEqual([]);
  release();
  await stage.ended(id);
  await stage.free();
});

test("healing on request is recorded even where nothing was found", async () => {
  const run = await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(run).toMatchObject({ actions: [], summary: "3 of 3 replicas, all well." });
  expect((await stage.store.healingRuns.list()).items).toHaveLength(1);
});

test("a dry run shows the steps and changes nothing", async () => {
  const { id } = await stage.submit("v2");
  await stage.ended(id);
  await stage.free();
  const calls = stage.world.calls.length;
  const preview = await stage.conduct({ verb: "preview", ...NAME, version: "v1" });
  expect(preview).toMatchObject({
    version: "v1",
    previousVersion: "v2",
    desired: 3,
    lowestHealthy: 2,
    steps: [{ replicas: ["host-1"] }, { replicas: ["host-2"] }, { replicas: ["host-3"] }],
  });
  expect(stage.world.calls.slice(calls).map((call) => call.verb)).toEqual(["inspect"]);
  await expect(stage.conduct({ verb: "preview", ...NAME, version: "v9" })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("a live read is kept as the snapshot", async () => {
  stage.world.hosts.get("host-1")!.dead = true;
  const { live } = (await stage.conduct({ verb: "inspect", ...NAME })) as {
    live: { fleet: { replicas: unknown[] } };
  };
  expect(live.fleet.replicas).toHaveLength(3);
  expect((await stage.target()).replicas[0]).toMatchObject({ id: "host-1", health: "unhealthy" });
});

test("retiring takes everything away, and is refused while a deployment is under way", async () => {
  const { id } = await stuck();
  await expect(stage.conduct({ verb: "retire", ...NAME })).rejects.toMatchObject({ code: "target_busy" });
  stage.world.looksToHealthy = 1;
  await stage.ended(id);
  await stage.free();
  expect(await stage.conduct({ verb: "retire", ...NAME })).toEqual({ retired: true });
  expect(await stage.conduct({ verb: "retire", ...NAME })).toEqual({ retired: false });
  expect([...stage.world.hosts.values()].every((host) => host.version === null)).toBe(true);
});
