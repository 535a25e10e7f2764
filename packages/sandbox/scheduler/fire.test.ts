import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Documents } from "../ground/documents.ts";
import type { Platform } from "../platform.ts";
import { createClock, dueAt } from "./fire.ts";
import type { Schedule } from "./schedules.ts";

const START = Date.parse("2026-11-24T12:00:30Z");

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

function aSchedule(more: Partial<Schedule> = {}): Schedule {
  return {
    name: "sweep",
    expression: "rate(1 minute)",
    timeZone: "UTC",
    enabled: true,
    target: { Arn: "arn:aws:lambda:us-east-1:000000000000:function:sweep", RoleArn: "role" },
    flexibleTimeWindow: { Mode: "OFF" },
    deleteAfterCompletion: false,
    createdAt: START,
    changedAt: START,
    ...more,
  };
}

function aClock(...schedules: Schedule[]) {
  const kept = new Map(schedules.map((schedule) => [schedule.name, schedule]));
  const documents: Documents<Schedule> = {
    get: (name) => kept.get(name),
    set: (name, schedule) => void kept.set(name, schedule),
    delete: (name) => void kept.delete(name),
    list: () => [...kept.values()],
  };
  const call = vi.fn(async () => undefined);
  const platform = { now: () => Date.now(), call, log: () => {} } as unknown as Platform;
  const clock = createClock(platform, documents);
  clock.rearm();
  return { clock, call, kept };
}

test("a rate fires each time it is due, from when the schedule was made", async () => {
  const { clock, call } = aClock(aSchedule());
  await vi.advanceTimersByTimeAsync(59_999);
  expect(call).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(call).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(180_000);
  expect(call).toHaveBeenCalledTimes(4);
  clock.stop();
  await vi.advanceTimersByTimeAsync(180_000);
  expect(call).toHaveBeenCalledTimes(4);
});

test("moments that passed while nobody was there are made up for once", async () => {
  const { call } = aClock(aSchedule({ changedAt: START - 600_000, lastFiredAt: START - 300_000 }));
  await vi.advanceTimersByTimeAsync(1);
  expect(call).toHaveBeenCalledTimes(1);
});

test("a disabled schedule, or one whose end has come, is never due", () => {
  expect(dueAt(aSchedule({ enabled: false }))).toBeUndefined();
  expect(dueAt(aSchedule({ endAt: START + 30_000 }))).toBeUndefined();
  expect(dueAt(aSchedule({ startAt: START + 600_000 }))).toBe(START + 600_000);
});

test("a one-time schedule fires once, and goes where it is told to", async () => {
  const at = { expression: "at(2026-11-24T12:01:00)" };
  const { call, kept } = aClock(
    aSchedule(at),
    aSchedule({ ...at, name: "gone", deleteAfterCompletion: true }),
  );
  await vi.advanceTimersByTimeAsync(300_000);
  expect(call).toHaveBeenCalledTimes(2);
  expect([...kept.keys()]).toEqual(["sweep"]);
});
