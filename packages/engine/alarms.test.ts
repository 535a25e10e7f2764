import { expect, test } from "vitest";
import type { Alarm } from "#core/domain/alarm.ts";
import { aDeployment, aRollout, aSpec, aStep } from "#test/support/a-deployment.ts";
import { listenToAlarms, unheardAlarms } from "./alarms.ts";
import type { EngineDeps } from "./deps.ts";

const guarded = (overrides: Parameters<typeof aDeployment>[0] = {}) =>
  aDeployment({ spec: aSpec({ rollout: aRollout({ alarms: ["errors"] }) }), ...overrides });

const FIRING: Alarm = { name: "errors", firing: true, reason: "Threshold Crossed." };
const QUIET: Alarm = { ...FIRING, firing: false };

/** A world whose alarms say, one read after the other, what is listed; the last one repeats. */
function aWorld(...answers: (Alarm[] | Error)[]) {
  const world = { nowMs: 0, reads: 0 };
  const read = async () => {
    const answer = answers[Math.min(world.reads++, answers.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const deps = { clock: { now: () => world.nowMs }, alarms: { read } } as unknown as EngineDeps;
  return { world, deps };
}

test("alarms are read at once and then at most every 2 s, however often a step is looked at", async () => {
  const { world, deps } = aWorld([QUIET], [FIRING]);
  const listen = listenToAlarms(deps, guarded(), aStep());
  for (world.nowMs = 0; world.nowMs < 2000; world.nowMs += 150)
    expect(await listen()).toEqual({ firing: [], blind: false });
  expect(world.reads).toBe(1);
  world.nowMs = 2000;
  expect(await listen()).toEqual({ firing: [FIRING], blind: false });
  expect(world.reads).toBe(2);
});

test("without alarms, and on the way back, nothing is read", async () => {
  const { world, deps } = aWorld([FIRING]);
  const nothing = { firing: [], blind: false };
  expect(await listenToAlarms(deps, aDeployment(), aStep())()).toEqual(nothing);
  expect(await listenToAlarms(deps, guarded(), aStep({ rollback: true }))()).toEqual(nothing);
  expect(world.reads).toBe(0);
});

test("alarms that cannot be read are a blind look, and after 15 s on end an error that says so", async () => {
  const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
  const { world, deps } = aWorld([QUIET], throttled);
  const listen = listenToAlarms(deps, guarded(), aStep());
  await listen();
  for (world.nowMs = 2000; world.nowMs < 17_000; world.nowMs += 2000)
    expect(await listen()).toEqual({ firing: [], blind: true });
  await expect(listen()).rejects.toMatchObject({
    code: "driver_failed",
    message: "The alarms cannot be read: Throttling: Rate exceeded",
  });
});

test("one answer ends the blindness", async () => {
  const { world, deps } = aWorld(new Error("away"), [FIRING], new Error("away"), new Error("away"));
  const listen = listenToAlarms(deps, guarded(), aStep());
  const blind = [];
  for (const seconds of [0, 10, 14, 28]) {
    world.nowMs = seconds * 1000;
    blind.push((await listen()).blind);
  }
  expect(blind).toEqual([true, false, true, true]);
});

test("a permission that is missing is an error at once", async () => {
  const { deps } = aWorld(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
  await expect(listenToAlarms(deps, guarded(), aStep())()).rejects.toMatchObject({ code: "platform_denied" });
});

test("what fires is asked for until the first change, and once more after somebody went on", () => {
  expect(unheardAlarms(guarded(), aStep())).toEqual(["errors"]);
  expect(unheardAlarms(guarded({ alarmsAtStart: [] }), aStep())).toEqual(["errors"]);
  expect(unheardAlarms(guarded({ changed: true, alarmsAtStart: [] }), aStep())).toEqual([]);
  expect(unheardAlarms(guarded({ changed: true }), aStep())).toEqual(["errors"]);
  expect(unheardAlarms(guarded({ changed: true }), aStep({ rollback: true }))).toEqual([]);
});
