// What healing does over many passes: repairs that do not help, failures of many at once, a release that turns bad after its
// success. Judging alone is in packages/core/heal.
import { afterEach, beforeEach, expect, test } from "vitest";
import { instant } from "#core/clock.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
const NAME = { app: "shop", environment: "prod" };

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

async function released(version: string, healing: Record<string, unknown> = {}) {
  const { id } = await stage.submit(version, { manifest: { healing } });
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
}

const repairs = () => stage.world.calls.filter(({ verb }) => verb === "repair").length;
const runs = async () => (await stage.store.healingRuns.list()).items;
const logged = (message: string) => stage.logs.filter((line) => line.startsWith(`${message} `)).length;
const seconds = (count: number) => stage.clock.sleep(count * 1000);

/** Sweeps every `every` seconds until `holds`, and says how often. */
async function sweepUntil(holds: () => Promise<boolean>, every: number): Promise<number> {
  for (let count = 1; count <= 40; count++) {
    await stage.sweep();
    if (await holds()) return count;
    await seconds(every);
  }
  throw new Error(`it is not so after forty sweeps: ${JSON.stringify(await stage.target())}`);
}

test("a copy that no repair mends gets as many as are allowed, then the target is degraded, once; a fixed release deploys", async () => {
  await released("v1", { maxRepairs: 2, pauseSeconds: 30 });
  stage.world.hosts.get("host-2")!.cannotRun = ["v1"];
  const isDegraded = async () => (await stage.target()).degraded !== null;
  await sweepUntil(isDegraded, 10);
  expect(repairs()).toBe(2);
  expect((await stage.target()).degraded).toMatch(/^host-2 is broken still after 2 repairs/);
  const { revision } = await stage.target();
  const recorded = await runs();
  expect(recorded[0]).toMatchObject({
    actions: [{ replica: "host-2", action: "nothing more is tried", result: "failed" }],
  });
  for (let i = 0; i < 3; i++) {
    await seconds(60);
    await stage.sweep();
  }
  expect([repairs(), (await runs()).length, logged(LOG_MESSAGES.degraded)]).toEqual([2, recorded.length, 1]);
  expect((await stage.target()).revision).toBe(revision);
  await released("v2");
  const { degraded, healing, release } = await stage.target();
  expect({ degraded, healing, release }).toEqual({ degraded: null, healing: undefined, release: "v2" });
});

test("whoever asks gets one more repair of a copy that was given up", async () => {
  await released("v1", { maxRepairs: 1, pauseSeconds: 1 });
  const host = stage.world.hosts.get("host-2")!;
  host.cannotRun = ["v1"];
  await sweepUntil(async () => (await stage.target()).degraded !== null, 5);
  host.cannotRun = [];
  host.dead = true;
  const run = await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(run).toMatchObject({ summary: "1 of 1 repaired." });
  await stage.sweep();
  expect((await stage.target()).degraded).toBe(null);
});

test("when all fall ill at once nothing is repaired; it is told once, and they come back by themselves", async () => {
  await released("v1");
  stage.world.behaviours.v1 = "unhealthy";
  await stage.sweep();
  const held = await stage.target();
  expect(held.degraded).toMatch(/^3 of 3 copies are broken at once, more than 50%/);
  await seconds(60);
  await stage.sweep();
  expect(repairs()).toBe(0);
  expect((await runs()).map(({ actions }) => actions.map((one) => one.result))).toEqual([
    ["held", "held", "held"],
  ]);
  expect([(await stage.target()).revision, logged(LOG_MESSAGES.degraded)]).toEqual([held.revision, 1]);
  stage.world.behaviours.v1 = "good";
  await stage.sweep();
  const { degraded, healing } = await stage.target();
  expect([degraded, healing, repairs()]).toEqual([null, undefined, 0]);
});

test("one bad look is no illness: nothing is done and nothing is written", async () => {
  await released("v1");
  const { revision } = await stage.target();
  const { inspect } = stage.deps.driver;
  let looks = 0;
  stage.deps.driver.inspect = async (context) => {
    const fleet = await inspect(context);
    looks += 1;
    if (looks > 1) return fleet;
    return {
      ...fleet,
      replicas: fleet.replicas.map((one, i) => (i === 0 ? { ...one, health: "unhealthy" } : one)),
    };
  };
  await stage.sweep();
  expect([looks, repairs(), (await stage.target()).revision]).toEqual([4, 0, revision]);
});

test("a release that turns bad while it is watched goes back to the one before, and stays there", async () => {
  await released("v1");
  await released("v2", { watchSeconds: 3600, pauseSeconds: 5 });
  for (const id of ["host-2"]) stage.world.hosts.get(id)!.cannotRun = ["v2"];
  await sweepUntil(
    async () => (await stage.store.deployments.list({}, { limit: 1 })).items[0]!.trigger === "healing",
    5,
  );
  expect(repairs()).toBe(1);
  const { items } = await stage.store.deployments.list({}, { limit: 1 });
  const { id } = items[0]!;
  expect(await stage.ended(id)).toMatchObject({
    version: "v1",
    status: "succeeded",
    createdBy: "tutti",
    wayBack: true,
  });
  await stage.free();
  const [first] = await stage.store.events.list(id);
  expect(first!.message).toBe(
    "tutti deploys v1 to shop/prod. v2 turned unhealthy after its success: host-2 is broken again after a repair (unhealthy).",
  );
  const { release, watched, degraded } = await stage.target();
  expect({ release, watched, degraded }).toEqual({ release: "v1", watched: undefined, degraded: null });
});

test("where what the platform starts ends at every start it is told once, although no look meets a copy twice; a watched release goes back", async () => {
  const failing = async () => {
    const startedAt = instant(stage.clock.now());
    stage.world.failing = { startedAt, detail: "it exited with exit code 1" };
    // In its grace it is never found broken.
    Object.assign(stage.world.hosts.get("host-2")!, { cannotRun: ["v1", "v2"], startedAt });
    await stage.sweep();
    await seconds(60);
  };
  await released("v1");
  for (let pass = 0; pass < 4; pass++) await failing();
  expect((await stage.target()).degraded).toBe(
    "2 of 3 copies are well, and what the platform starts in their place ends again (it exited with exit code 1). It goes on by itself, with its own pauses: deploy a release that works, or mend what it needs.",
  );
  expect([repairs(), (await runs()).length, logged(LOG_MESSAGES.degraded)]).toEqual([0, 1, 1]);

  delete stage.world.failing;
  Object.assign(stage.world.hosts.get("host-2")!, { cannotRun: [], startedAt: undefined });
  await released("v2", { watchSeconds: 3600 });
  expect((await stage.target()).degraded).toBe(null);
  for (let pass = 0; pass < 2; pass++) await failing();
  const { items } = await stage.store.deployments.list({}, { limit: 1 });
  expect(items[0]).toMatchObject({ trigger: "healing", version: "v1", wayBack: true });
});

test("a release that is not watched never goes back by itself", async () => {
  await released("v1");
  await released("v2", { pauseSeconds: 1, maxRepairs: 1 });
  stage.world.hosts.get("host-2")!.cannotRun = ["v2"];
  await sweepUntil(async () => (await stage.target()).degraded !== null, 5);
  expect((await stage.store.deployments.list({})).items.map((one) => one.trigger)).toEqual(["api", "api"]);
});

test("drift is put right, or only shown, as the manifest says", async () => {
  await released("v1", { drift: "show" });
  const { inspect } = stage.deps.driver;
  stage.deps.driver.inspect = async (context) => ({
    ...(await inspect(context)),
    drift: ["Somebody was here."],
  });
  const run = await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(run).toMatchObject({ actions: [], summary: "3 of 3 replicas; Somebody was here." });
  expect([repairs(), (await stage.target()).drift]).toEqual([0, ["Somebody was here."]]);
  await released("v2", { drift: "correct" });
  await stage.conduct({ verb: "heal", ...NAME, trigger: "cli" });
  expect(repairs()).toBe(1);
});

test("a host that comes back with another release, and a copy whose host is gone, are put right by a deployment of what runs", async () => {
  await stage.close();
  stage = await openStage({ hosts: 4 });
  const host = (id: string) => stage.world.hosts.get(id)!;
  const { id } = await stage.submit("v1", { manifest: { healing: { pauseSeconds: 5 } } });
  await stage.ended(id);
  await stage.free();
  host("host-1").reachable = false;
  const healed = async () =>
    (await stage.store.deployments.list({}, { limit: 1 })).items.find((one) => one.trigger === "healing");
  await sweepUntil(async () => (await healed()) !== undefined, 4);
  const first = (await healed())!;
  expect(await stage.ended(first.id)).toMatchObject({
    status: "succeeded",
    version: "v1",
    purpose: "restore",
  });
  await stage.free();
  expect(host("host-4").version).toBe("v1");
  await released("v2", { pauseSeconds: 5 });
  host("host-1").reachable = true;
  await sweepUntil(async () => (await healed()) !== undefined, 4);
  expect(await stage.ended((await healed())!.id)).toMatchObject({ status: "succeeded", version: "v2" });
  await stage.free();
  expect([...stage.world.hosts.values()].map((one) => one.version)).toEqual([null, "v2", "v2", "v2"]);
  expect((await stage.target()).healing).toBe(undefined);
});

test("what is to be mended is mended by an execution, which holds the lock and is named by its run; what is well starts none", async () => {
  await released("v1");
  await stage.sweep();
  expect(stage.invocations.filter((verb) => verb === "mend")).toEqual([]);
  stage.world.hosts.get("host-2")!.dead = true;
  const owners: (string | undefined)[] = [];
  const { repair } = stage.deps.driver;
  stage.deps.driver.repair = async (context, fleet, orders) => {
    owners.push((await stage.target()).lock?.owner);
    return repair(context, fleet, orders);
  };
  await stage.sweep();
  const [run] = await runs();
  expect(run).toMatchObject({ execution: run!.id, summary: "1 of 1 repaired." });
  expect(run!.underWay).toBe(undefined);
  expect([owners, (await stage.target()).lock]).toEqual([[run!.id], null]);
  expect(await stage.execution(run!.id)).toBe("ended");
});

test("a repair that the platform carries on keeps the lock until all is well, however many looks it takes; who deploys waits", async () => {
  await released("v1");
  const host = stage.world.hosts.get("host-2")!;
  host.dead = true;
  stage.deps.driver.repair = async () => [
    { replica: "host-2", result: "begun", action: "replace", detail: "its group replaces it" },
  ];
  const sweeping = stage.sweep();
  await expect.poll(() => stage.invocations.filter((verb) => verb === "lookAfter").length).toBe(2);
  const { id, status } = await stage.submit("v2");
  expect([status, (await stage.target()).lock?.owner.startsWith("heal_")]).toEqual(["queued", true]);
  host.dead = false;
  await sweeping;
  expect((await runs())[0]).toMatchObject({ actions: [{ result: "repaired" }], summary: "1 of 1 repaired." });
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
  await stage.free();
});

test("where what the platform brings is broken too, the lock is given back at once and the next repair follows, until all is given up; who deploys goes on", async () => {
  await released("v1", { maxRepairs: 2, pauseSeconds: 1 });
  const host = stage.world.hosts.get("host-2")!;
  host.cannotRun = ["v1"];
  let replaced = 0;
  stage.deps.driver.repair = async () => {
    replaced += 1;
    return [{ replica: "gone", result: "begun", action: "replace", detail: "its group replaces it" }];
  };
  const began = stage.clock.now();
  await sweepUntil(async () => (await stage.target()).degraded !== null, 10);
  expect(replaced).toBe(2);
  expect((stage.clock.now() - began) / 1000).toBeLessThan(120);
  const tried = (await runs()).filter(({ actions }) =>
    actions.some((one) => one.action.startsWith("replace")),
  );
  expect(tried.map(({ summary, underWay }) => [summary, underWay])).toEqual([
    ["0 of 1 repaired.", undefined],
    ["0 of 1 repaired.", undefined],
  ]);
  expect((await stage.target()).lock).toBe(null);
  await released("v2");
});

test("a repair that fails for good says so and gives the lock back; one whose execution is stopped is found by the next sweep", async () => {
  await released("v1");
  stage.world.hosts.get("host-2")!.dead = true;
  const fault = {
    verb: "repair" as const,
    times: 1,
    error: Object.assign(new Error("not allowed"), { name: "AccessDenied" }),
  };
  stage.world.faults.push(fault);
  await stage.sweep();
  expect((await runs())[0]).toMatchObject({ actions: [{ result: "failed" }] });
  expect((await runs())[0]!.summary).toContain("not allowed");
  expect((await stage.target()).lock).toBe(null);
  await seconds(60);
  const letGo = stage.hold("mend");
  const sweeping = stage.sweep();
  await expect.poll(async () => stage.invocations.filter((verb) => verb === "mend").length).toBe(2);
  const [run] = await runs();
  await stage.store.targets.acquire({ ...NAME, kind: "server", owner: run!.id, onConflict: "reject" });
  await stage.stop(run!.id);
  await sweeping;
  letGo();
  await seconds(20);
  await stage.sweep();
  expect((await stage.target()).lock).toBe(null);
});
