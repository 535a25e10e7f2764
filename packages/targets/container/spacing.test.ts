import { expect, test } from "vitest";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { aStep } from "#test/support/a-deployment.ts";
import { type LastLooks, spaced } from "./spacing.ts";

function aLooker() {
  const looks: LastLooks = new Map();
  let nowMs = 0;
  let count = 0;
  const target = { app: "shop", environment: { name: "prod" }, clock: { now: () => nowMs } } as TargetContext;
  const events = [{ type: "note" as const, message: "seen" }];
  return {
    pass: (milliseconds: number) => {
      nowMs += milliseconds;
    },
    ask: async (state: unknown, phase: "running" | "done" = "running", step = aStep()) => {
      const look = async (): Promise<Progress> => {
        count += 1;
        return { phase, state: { look: count }, observations: [], events };
      };
      const progress = await spaced(looks, target, step, state, look);
      return { ...progress, looked: count };
    },
  };
}

test("until the next look is due the last one is the answer, without its events", async () => {
  const { ask, pass } = aLooker();
  expect(await ask(null)).toMatchObject({ looked: 1, events: [{ message: "seen" }] });
  pass(299);
  expect(await ask({ look: 1 })).toMatchObject({ looked: 1, state: { look: 1 }, events: [] });
  pass(1);
  expect(await ask({ look: 1 })).toMatchObject({ looked: 2 });
});

test("another memory, another step, or one that has ended is looked at", async () => {
  const { ask } = aLooker();
  await ask(null);
  expect((await ask({ look: 0 })).looked).toBe(2);
  expect((await ask({ look: 2 }, "done", aStep({ index: 1 }))).looked).toBe(3);
  expect((await ask({ look: 3 }, "done", aStep({ index: 1 }))).looked).toBe(4);
});
