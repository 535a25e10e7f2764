// The train function made to fail, to lose its answer, to run twice and to fail for good, and its execution stopped: there is always
// an end, every deployment was made once, and the locks are free.
import { afterEach, expect, test } from "vitest";
import { isTrainEnded } from "#core/domain/train.ts";
import type { Mishap } from "#test/support/stage.ts";
import { openTrainStage, type TrainStage } from "#test/support/train-stage.ts";

let stage: TrainStage;
afterEach(() => stage.close());

/** Sweeps now and then, until the end. */
async function toTheEnd(id: string) {
  for (const endMs = Date.now() + 240_000; Date.now() < endMs; ) {
    const train = await stage.train(id);
    if (isTrainEnded(train)) return train;
    await stage.sweep();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`no end: ${JSON.stringify({ ...(await stage.train(id)), taskToken: null })}`);
}

/** Deployments of v2 and those that went back to v1, of the train alone; those that never ran do not count. */
async function madeBy(id: string): Promise<string[]> {
  const { items } = await stage.store.deployments.list({}, { limit: 200 }, (one) => one.train === id);
  const ran = items.filter((one) => one.status !== "cancelled");
  return ran.map((one) => `${one.app} ${one.version}`).sort();
}

const BOTH_WAYS = ["orders v1", "orders v2", "shop v1", "shop v2", "web v2"];

for (const how of ["fails", "losesAnswer", "runsTwice"] satisfies Mishap["how"][])
  for (const skip of [0, 1, 3])
    test(`round ${skip + 1} ${how}: all are back, and each deployment was made once`, async () => {
      stage = await openTrainStage();
      stage.world("web").behaviours.v2 = "unhealthy";
      stage.mishaps.push({ verb: "drive", times: 1, how, skip });
      const { id } = await stage.depart("orders", "shop", "web");
      const train = await toTheEnd(id);
      expect(train.status).toBe("rolled_back");
      expect(await madeBy(id)).toEqual(BOTH_WAYS);
      for (const app of ["orders", "shop", "web"]) {
        expect(await stage.release(app)).toBe("v1");
        expect(await stage.lock(app)).toBeNull();
      }
    });

test("a round that stalls until others have given its deployment up: what it asks for late is taken back, and is not made twice", async () => {
  const [stall, stalls] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let due = false;
  stage = await openTrainStage({
    beforePrepare: async () => {
      if (!due) return;
      due = false;
      stalls.resolve();
      await stall.promise;
    },
  });
  due = true;
  const { id } = await stage.depart("orders", "shop");
  const asked = async () => (await stage.train(id)).members[0]!.deployment;
  await stalls.promise;
  const first = await asked();
  await stage.clock.sleep(61_000);
  await stage.sweep();
  await stage.until(id, ({ members }) => members[0]!.deployment !== first);
  stall.resolve();
  expect(await toTheEnd(id)).toMatchObject({ status: "succeeded" });
  await expect.poll(() => stage.store.deployments.get(first!)).toMatchObject({ status: "cancelled" });
  expect(await madeBy(id)).toEqual(["orders v2", "shop v2"]);
  for (const app of ["orders", "shop"]) {
    expect(await stage.release(app)).toBe("v2");
    await expect.poll(() => stage.lock(app)).toBeNull();
  }
});

test("a train whose execution was stopped is carried on by the sweep", async () => {
  stage = await openTrainStage();
  const held = stage.hold("finish");
  const { id } = await stage.depart("orders", "shop");
  await stage.until(id, ({ members }) => members[0]!.status === "running");
  await stage.stop(`${id}-1`);
  held();
  expect(await toTheEnd(id)).toMatchObject({ status: "succeeded", generation: 2 });
  expect(await madeBy(id)).toEqual(["orders v2", "shop v2"]);
});

test("one whose function fails for good is closed, and says what is open", async () => {
  stage = await openTrainStage();
  stage.mishaps.push({ verb: "drive", times: 1_000, how: "fails", error: "Tutti.PlatformDenied" });
  const { id } = await stage.depart("orders", "shop");
  const train = await toTheEnd(id);
  expect(train.status).toBe("failed");
  expect(train.reason).toContain(
    "5 executions in a row ended without moving it on. Open: orders/prod (waiting)",
  );
});
