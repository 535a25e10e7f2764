// What has changed something ends only when it has been seen what came of it. Real workflow, engine and store; copies in memory.
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptDriver } from "#targets/fake/kept-driver.ts";
import { keptWorld } from "#targets/fake/kept-world.ts";
import { openStage, type Stage, type SubmitOptions } from "#test/support/stage.ts";

let stage: Stage;
const world = keptWorld();
const rolling: SubmitOptions = { rollout: { maxSurge: 1, maxUnavailable: 0 } };

beforeEach(async () => {
  Object.assign(world, keptWorld());
  stage = await openStage({ driver: keptDriver(world) });
  await rolledOut("v1");
});
afterEach(() => stage.close());

async function rolledOut(version: string) {
  const { id } = await stage.submit(version, rolling);
  const deployment = await stage.ended(id);
  await stage.free();
  return deployment;
}

const versions = () => [...world.copies.values()].map((copy) => copy.version);

/** Begins when the release's (or on the way back, the other's) last copy has gone: the next looks are those of the end. */
function atTheEnd(isEnd: () => boolean, times: number, once: () => void = () => {}): void {
  const { inspect } = stage.deps.driver;
  let asked = 0;
  stage.deps.driver.inspect = async (context) => {
    if (!isEnd() || asked >= times) return inspect(context);
    if (asked++ === 0) once();
    throw Object.assign(new Error("no answer came"), { name: "TimeoutError" });
  };
}

const startOther = (version: string) => () =>
  void world.copies.set("other", { version, looks: 9, dead: false });

test("a last look that is not answered is taken again, and what it finds is put right before the end", async () => {
  atTheEnd(() => versions().every((one) => one === "v2"), 3, startOther("v1"));
  const deployment = await rolledOut("v2");
  expect(deployment).toMatchObject({ status: "succeeded", generation: 2, lookedAgain: 1 });
  expect(versions()).toEqual(["v2", "v2", "v2"]);
});

test("a release that nobody can look at ends loudly, and is no success", async () => {
  atTheEnd(() => versions().every((one) => one === "v2"), Number.POSITIVE_INFINITY);
  const deployment = await rolledOut("v2");
  expect(deployment.status).toBe("failed");
  expect(deployment.reason).toMatch(
    /^v2 was rolled out, and what runs could not be seen: .* Mend it and deploy again/,
  );
  expect((await stage.target()).degraded).toBe(deployment.reason);
});

test("on the way back a copy of the release that failed, which came meanwhile, goes too", async () => {
  world.behaviours.v2 = "unhealthy";
  const { driver } = stage.deps;
  const { check } = driver;
  let came = false;
  driver.check = async (context, step, state) => {
    if (step.rollback && !came) startOther("v2")();
    came ||= step.rollback === true;
    return check(context, step, state);
  };
  const deployment = await rolledOut("v2");
  expect(deployment).toMatchObject({ status: "rolled_back", generation: 2, lookedAgain: 1 });
  expect(versions()).toEqual(["v1", "v1", "v1"]);
});

test("a first release that failed is gone before it is said to be removed", async () => {
  await stage.close();
  Object.assign(world, keptWorld());
  world.behaviours.v1 = "unhealthy";
  stage = await openStage({ driver: keptDriver(world) });
  const { retire } = stage.deps.driver;
  let asked = 0;
  stage.deps.driver.retire = async (...of) => {
    asked += 1;
    if (asked === 1) startOther("v1")();
    if (asked < 3) throw Object.assign(new Error("no answer came"), { name: "TimeoutError" });
    return retire(...of);
  };
  const deployment = await rolledOut("v1");
  expect(deployment.status).toBe("rolled_back");
  expect(deployment.reason).toMatch(/^Removed again: /);
  expect(versions()).toEqual([]);
});
