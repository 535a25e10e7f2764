import fc from "fast-check";
import { expect, test } from "vitest";
import { type InsightsInput, insightsOf } from "./insights.ts";

type One = InsightsInput["deployments"][number];

const at = (day: number, minute = 0) => new Date(Date.UTC(2026, 0, day, 12, minute)).toISOString();
const WINDOW = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 11) };

let made = 0;
function ended(day: number, minute: number, overrides: Partial<One> = {}): One {
  made += 1;
  return {
    id: `dep_${made}`,
    version: "v1",
    status: "succeeded",
    trigger: "cli",
    createdAt: at(day, minute - 5),
    startedAt: at(day, minute - 5),
    endedAt: at(day, minute),
    changed: true,
    failures: [],
    ...overrides,
  };
}

const of = (deployments: One[], madeAt: [string, string][] = []) =>
  insightsOf({ ...WINDOW, deployments, madeAt: new Map(madeAt) });

test("without deployments there are no figures, and a day for each of the window", () => {
  const { daily, ...figures } = of([]);
  expect(figures).toEqual({
    deploymentFrequency: { perDay: 0, succeeded: 0 },
    leadTime: { medianSeconds: null, samples: 0 },
    changeFailureRate: { percent: null, failed: 0, changes: 0 },
    timeToRestore: { medianSeconds: null, samples: 0 },
  });
  expect(daily).toHaveLength(10);
  expect(daily[0]).toEqual({ day: "2026-01-01", succeeded: 0, failed: 0 });
});

test("what succeeded is counted by day and per day; scaling, healing and ways back are no changes", () => {
  const triggers = ["cli", "hook", "scale", "healing", "rollback"] as const;
  const all = triggers.map((trigger, i) => ended(2, 10 + i, { trigger }));
  for (const purpose of ["scale", "restart", "remove"] as const) all.push(ended(2, 30, { purpose }));
  const { deploymentFrequency, daily } = of(all);
  expect(deploymentFrequency).toEqual({ perDay: 0.2, succeeded: 2 });
  expect(daily[1]).toMatchObject({ day: "2026-01-02", succeeded: 2 });
});

test("lead time is the median from the making of the artifact to its success", () => {
  const all = [
    ended(2, 0),
    ended(3, 0, { version: "v2" }),
    ended(4, 0, { version: "v3" }),
    ended(5, 0, { version: "unknown" }),
  ];
  const madeAt: [string, string][] = [
    ["v1", at(1)],
    ["v2", at(2, 30)],
    ["v3", at(1)],
  ];
  expect(of(all, madeAt).leadTime).toEqual({ medianSeconds: 86_400, samples: 3 });
});

test("one that went back by itself is a failure, restored when it was back", () => {
  const failures = [{ replica: "a", reason: "500", at: at(3, 8), drained: false }];
  const figures = of([ended(2, 0), ended(3, 10, { status: "rolled_back", failures })]);
  expect(figures.changeFailureRate).toEqual({ percent: 50, failed: 1, changes: 2 });
  expect(figures.timeToRestore).toEqual({ medianSeconds: 120, samples: 1 });
  expect(figures.daily[2]).toEqual({ day: "2026-01-03", succeeded: 0, failed: 1 });
});

test("one that succeeded and was gone back from is a failure, from the word to the end of the way back", () => {
  const back = ended(2, 30, { trigger: "rollback", createdAt: at(2, 20) });
  const figures = of([ended(2, 0), ended(2, 10), back, ended(2, 50)]);
  expect(figures.changeFailureRate).toEqual({ percent: 33.3, failed: 1, changes: 3 });
  expect(figures.timeToRestore).toEqual({ medianSeconds: 600, samples: 1 });
});

test("a scaling or a restart before the way back does not hide the failure", () => {
  const between = [
    ended(2, 12, { trigger: "scale" }),
    ended(2, 14, { trigger: "schedule", purpose: "restart" }),
  ];
  const back = ended(2, 30, { trigger: "rollback", createdAt: at(2, 20) });
  const figures = of([ended(2, 10), ...between, back]);
  expect(figures.changeFailureRate).toEqual({ percent: 100, failed: 1, changes: 1 });
  expect(figures.timeToRestore).toEqual({ medianSeconds: 600, samples: 1 });
});

test("what a schedule scales or restarts is no change, what it deploys is one", () => {
  const scaled = ended(2, 1, { trigger: "schedule", purpose: "scale" });
  const restarted = ended(2, 2, { trigger: "schedule", purpose: "restart" });
  const byHand = ended(2, 3, { trigger: "restart" });
  const figures = of([scaled, restarted, byHand, ended(2, 4, { trigger: "schedule" })]);
  expect(figures.deploymentFrequency).toEqual({ perDay: 0.1, succeeded: 1 });
});

test("a train's way back is no change, and what it undoes is a failure", () => {
  const back = ended(2, 30, { trigger: "train", wayBack: true, createdAt: at(2, 20) });
  const figures = of([ended(2, 10, { trigger: "train" }), back]);
  expect(figures.changeFailureRate).toEqual({ percent: 100, failed: 1, changes: 1 });
  expect(figures.timeToRestore).toEqual({ medianSeconds: 600, samples: 1 });
});

test("one whose way back failed too is restored by the next that succeeds", () => {
  const figures = of([ended(2, 10, { status: "failed", startedAt: at(2, 5) }), ended(2, 35)]);
  expect(figures.timeToRestore).toEqual({ medianSeconds: 1800, samples: 1 });
});

test("what was cancelled, and what never changed anything, is no change", () => {
  const all = [
    ended(2, 0, { status: "cancelled" }),
    ended(2, 5, { status: "rolled_back", changed: false }),
    ended(20, 0),
    ended(3, 0, { endedAt: null }),
  ];
  expect(of(all).changeFailureRate.changes).toBe(0);
});

test("whatever happened: failures are never more than changes, and every day adds up", () => {
  const one = fc.record({
    day: fc.integer({ min: 1, max: 12 }),
    minute: fc.integer({ min: 0, max: 59 }),
    status: fc.constantFrom("succeeded", "rolled_back", "failed", "cancelled" as const),
    trigger: fc.constantFrom("cli", "rollback", "healing", "schedule" as const),
    changed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (list) => {
      const all = list.map(({ day, minute, ...rest }) => ended(day, minute, rest as Partial<One>));
      const figures = of(all);
      const { failed, changes, percent } = figures.changeFailureRate;
      expect(failed).toBeLessThanOrEqual(changes);
      expect(percent === null).toBe(changes === 0);
      const sum = (key: "succeeded" | "failed") => figures.daily.reduce((total, day) => total + day[key], 0);
      expect(sum("succeeded")).toBe(figures.deploymentFrequency.succeeded);
      expect(sum("failed")).toBe(failed);
      expect(figures.timeToRestore.samples).toBeLessThanOrEqual(failed);
      expect(figures.timeToRestore.medianSeconds ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
