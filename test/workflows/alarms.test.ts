// Alarms that guard a rollout: real workflow, real engine, real store; what the alarms say is the test's.
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentStep } from "#core/rollout/statuses.ts";
import { openStage, type Stage, type SubmitOptions } from "#test/support/stage.ts";

const CROSSED = "Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (1.0).";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  stage.alarms.states.set("errors", "");
});
afterEach(() => stage.close());

const versions = () => [...stage.world.hosts.values()].map((host) => host.version);

async function rolledOut(version: string, rollout: SubmitOptions["rollout"] = {}) {
  const { id } = await stage.submit(version, { rollout });
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

async function messages(id: string): Promise<string[]> {
  return (await stage.store.events.list(id)).map((event) => event.message);
}

/** v2 over v1, until it bakes behind its first batch. */
async function baking(rollout: SubmitOptions["rollout"] = {}) {
  await rolledOut("v1");
  const { id } = await stage.submit("v2", { rollout: { alarms: ["errors"], bakeSeconds: 600, ...rollout } });
  await stage.until(id, (one) => currentStep(one)?.type === "bake" && currentStep(one)?.status === "running");
  return id;
}

test("an alarm that begins to fire while a step bakes sends the deployment back, with the alarm's own words", async () => {
  const id = await baking();
  stage.alarms.states.set("errors", CROSSED);
  const deployment = await stage.ended(id);
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toContain(
    "alarm errors is firing: Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (1.0)",
  );
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("an alarm that fires at the start is told and ignored: the deployment of its fix comes through", async () => {
  await rolledOut("v1");
  stage.alarms.states.set("errors", CROSSED);
  const fix = await rolledOut("v2", { alarms: ["errors"], bakeSeconds: 1 });
  expect(fix).toMatchObject({ status: "succeeded", alarmsAtStart: ["errors"] });
  expect(await messages(fix.id)).toContain(`Alarm errors is firing already and is ignored: ${CROSSED}`);
});

test("beside an alarm that is ignored another one still counts", async () => {
  stage.alarms.states.set("slow", CROSSED);
  const id = await baking({ alarms: ["slow", "errors"] });
  stage.alarms.states.set("errors", CROSSED);
  const { reason, status } = await stage.ended(id);
  expect(status).toBe("rolled_back");
  expect(reason).toContain("alarm errors is firing");
  expect(reason).not.toContain("slow");
});

test("where a failure pauses, an alarm pauses; going on means in spite of it", async () => {
  const id = await baking({ onFailure: "pause", bakeSeconds: 60 });
  stage.alarms.states.set("errors", CROSSED);
  const paused = await stage.until(id, (one) => one.status === "paused");
  expect(paused.reason).toContain("Alarm errors is firing");
  await stage.act(id, "resume");
  expect(await stage.ended(id)).toMatchObject({ status: "succeeded", alarmsAtStart: ["errors"] });
});

test("an alarm that does not exist is told, and ends nothing", async () => {
  const { id, status } = await rolledOut("v1", { alarms: ["nobody-made-it"] });
  expect(status).toBe("succeeded");
  expect(await messages(id)).toContain(
    "There is no alarm nobody-made-it: nothing listens to it until it is made.",
  );
});

test("a deployment without alarms asks for none, and one with alarms asks seldom", async () => {
  await rolledOut("v1");
  expect(stage.alarms.reads).toBe(0);
  const beganMs = stage.clock.now();
  await rolledOut("v2", { alarms: ["errors"] });
  const seconds = (stage.clock.now() - beganMs) / 1000;
  // Once before the first step, once for each of three checks, and every 2 s of them.
  expect(stage.alarms.reads).toBeLessThanOrEqual(4 + seconds / 2);
  expect(stage.alarms.reads).toBeGreaterThanOrEqual(4);
});

test("while its alarms cannot be read a deployment does not begin, and says why", async () => {
  await rolledOut("v1");
  stage.alarms.error = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
  const deployment = await rolledOut("v2", { alarms: ["errors"] });
  expect(deployment).toMatchObject({ status: "rolled_back", changed: false });
  expect(deployment.reason).toContain("The alarms cannot be read: Throttling: Rate exceeded");
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("alarms that fall silent for a moment hold a step up, and no longer", async () => {
  await rolledOut("v1");
  const letGo = stage.hold("check");
  const { id } = await stage.submit("v2", { rollout: { alarms: ["errors"] } });
  await stage.until(id, (one) => one.steps[0]?.status === "running");
  stage.alarms.error = new Error("away");
  const { reads } = stage.alarms;
  letGo();
  // Hosts that are healthy long since, and a step that does not end as long as nobody knows of the alarm.
  await stage.until(id, () => stage.alarms.reads > reads + 1);
  expect((await stage.store.deployments.need(id)).steps[0]).toMatchObject({ status: "running" });
  stage.alarms.error = undefined;
  expect((await stage.ended(id)).status).toBe("succeeded");
});

test("alarms that stay silent send the deployment back, and the way back needs none", async () => {
  const id = await baking();
  stage.alarms.error = Object.assign(new Error("no"), { name: "AccessDenied" });
  const { status, reason } = await stage.ended(id);
  expect(status).toBe("rolled_back");
  expect(reason).toContain("The alarms cannot be read: AccessDenied: no");
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("a step in shards listens too", async () => {
  await stage.close();
  stage = await openStage({ hosts: 60 });
  stage.alarms.states.set("errors", "");
  await rolledOut("v1", { strategy: "allAtOnce", batch: "100%" });
  stage.world.looksToHealthy = 40;
  const rollout = { batch: "100%" as const, alarms: ["errors"] };
  const { id } = await stage.submit("v2", { rollout });
  await stage.until(id, (one) => one.steps[0]?.status === "running");
  stage.alarms.states.set("errors", CROSSED);
  const { status, reason } = await stage.ended(id);
  expect(status).toBe("rolled_back");
  expect(reason).toContain("alarm errors is firing");
});

test("the dry run tells which alarms fire, which are not there, and that nothing bakes", async () => {
  await rolledOut("v1");
  stage.alarms.states.set("errors", CROSSED);
  await stage.store.releases.create({
    ...(await stage.store.releases.get("shop", "v1"))!,
    id: "rel_v2",
    version: "v2",
  });
  const ask = { verb: "preview", app: "shop", environment: "prod", version: "v2" } as const;
  const notes = async () =>
    ((await stage.conduct({ ...ask, rollout: { alarms: ["errors", "none"] } })) as { notes: string[] }).notes;
  expect(await notes()).toEqual([
    `Alarm errors is firing already and would be ignored: ${CROSSED}`,
    "There is no alarm none: nothing listens to it until it is made.",
    "rollout.bakeSeconds is 0: an alarm that fires after the last step comes too late.",
  ]);
  stage.alarms.error = new Error("away");
  expect((await notes())[0]).toBe("The alarms cannot be read: Error: away; a deployment would not begin.");
});
