// Attempts that come late: read when the target was their deployment's, slow, and on their way still when it is another one's. Real
// workflow, engine and store.
import { afterEach, beforeEach, expect, test } from "vitest";
import { handOverAtMs } from "#engine/doubt.ts";
import { openStage, type Stage } from "#test/support/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const versions = () => [...stage.world.hosts.values()].map((host) => host.version);
const asked = () => stage.world.calls.filter(({ verb }) => verb !== "inspect").length;

async function rolledOut(version: string) {
  const { id } = await stage.submit(version);
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

/** The next run of a verb is slow between its first look at the deployment and what it asks of the driver. */
function slowly() {
  const [reached, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { environments } = stage.store;
  const { get } = environments;
  environments.get = async (name) => {
    environments.get = get;
    reached.resolve();
    await letGo.promise;
    return get(name);
  };
  return { reached: reached.promise, letGo: letGo.resolve };
}

for (const verb of ["apply", "check"] as const)
  test(`a late attempt of ${verb} touches nothing once its step is over`, async () => {
    const held = stage.hold("check");
    const { id } = await stage.submit("v1", { rollout: { batch: "100%" } });
    await stage.until(id, ({ steps }) => steps[0]?.status === "running");
    await expect.poll(() => stage.invocations.includes("check")).toBe(true);
    const slow = slowly();
    const late = stage.conduct({ verb, deploymentId: id, generation: 1 });
    await slow.reached;
    held();
    expect(await stage.ended(id)).toMatchObject({ status: "succeeded" });
    await stage.free();
    await rolledOut("v2");
    const before = asked();
    slow.letGo();
    expect(await late).toEqual({ next: "finish" });
    expect([asked(), versions()]).toEqual([before, ["v2", "v2", "v2"]]);
  });

test("a late attempt of finish does not take away what has come since", async () => {
  stage.world.behaviours.v1 = "crashes";
  const held = stage.hold("finish");
  const { id } = await stage.submit("v1");
  await expect.poll(() => stage.invocations.includes("finish")).toBe(true);
  const slow = slowly();
  const late = stage.conduct({ verb: "finish", deploymentId: id, generation: 1 });
  await slow.reached;
  held();
  expect(await stage.ended(id)).toMatchObject({ status: "rolled_back" });
  await stage.free();
  await rolledOut("v2");
  slow.letGo();
  expect(await late).toEqual({ next: "finish" });
  expect(versions()).toEqual(["v2", "v2", "v2"]);
});

test("where an attempt's answer was lost, the target changes hands a little after the end", async () => {
  stage.mishaps.push({ verb: "check", times: 1, how: "losesAnswer" });
  const { id } = await stage.submit("v1");
  const { endedAt, doubtAt } = await stage.ended(id);
  expect(doubtAt).toBeDefined();
  await stage.free();
  expect(stage.clock.now() - Date.parse(endedAt!)).toBeGreaterThanOrEqual(15_000);
});

test("where nothing was tried again nobody waits", async () => {
  expect(handOverAtMs(await rolledOut("v1"))).toBe(0);
});

test("the sweep gives no lock back before that either", async () => {
  const { id } = await rolledOut("v1");
  const name = { app: "shop", environment: "prod" };
  await stage.store.targets.acquire({ ...name, kind: "server", owner: id, onConflict: "reject" });
  const endedIn = (ms: number) =>
    stage.store.deployments.change(id, (before) => {
      const endedAt = new Date(stage.clock.now() + ms).toISOString();
      return { deployment: { ...before, endedAt, doubtAt: endedAt } };
    });
  await endedIn(3_600_000);
  await stage.sweep();
  expect((await stage.target()).lock?.owner).toBe(id);
  await endedIn(-60_000);
  await stage.sweep();
  expect((await stage.target()).lock).toBe(null);
});
