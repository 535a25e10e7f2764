import { expect, test } from "vitest";
import { aDeploymentView, anEvent, aStepView, at, ms } from "./a-score.ts";
import { compose } from "./compose.ts";

const NOW = ms(60);

test("there is no score before the deployment has begun", () => {
  expect(compose(aDeploymentView({ startedAt: null, endedAt: null }), [], NOW)).toBeNull();
});

test("a server's line is its old release, then the new one coming up, then serving", () => {
  const steps = [
    aStepView(0, { replicas: ["a"], startedAt: at(1), endedAt: at(4) }),
    aStepView(1, { replicas: ["b"], startedAt: at(4), endedAt: at(8) }),
  ];
  const events = [anEvent(3, { type: "replica", replica: "a", step: 0 })];
  const score = compose(aDeploymentView({ steps }), events, NOW)!;
  expect(score.rows).toEqual(["a", "b"]);
  expect(score.stretches.map((one) => [one.row, one.from, one.to, one.version, one.condition])).toEqual([
    [0, ms(0), ms(1), "v1", "serving"],
    [0, ms(1), ms(3), "v2", "coming"],
    [0, ms(3), ms(10), "v2", "serving"],
    [1, ms(0), ms(4), "v1", "serving"],
    [1, ms(4), ms(8), "v2", "coming"],
    [1, ms(8), ms(10), "v2", "serving"],
  ]);
});

test("traffic follows the copies that serve: none of two, one of one, then both", () => {
  const steps = [
    aStepView(0, { replicas: ["a"], startedAt: at(1), endedAt: at(4) }),
    aStepView(1, { replicas: ["b"], startedAt: at(4), endedAt: at(8) }),
  ];
  const { traffic } = compose(aDeploymentView({ steps }), [], NOW)!;
  expect(traffic).toEqual([
    { at: ms(0), value: 0 },
    { at: ms(1), value: 0 },
    // b leaves its old release in the same instant in which a has the new one.
    { at: ms(4), value: 100 },
    { at: ms(8), value: 100 },
    { at: ms(10), value: 100 },
  ]);
});

test("a replica that fails is failed until the way back has it", () => {
  const steps = [
    aStepView(0, { replicas: ["a"], startedAt: at(1), endedAt: at(4), status: "failed" }),
    aStepView(1, { replicas: ["b"], status: "skipped" }),
    aStepView(2, { replicas: ["a"], startedAt: at(5), endedAt: at(7), version: "v1", rollback: true }),
  ];
  const events = [anEvent(3, { type: "failure", replica: "a", step: 0 })];
  const failures = [{ replica: "a", reason: "500", at: at(3), drained: false }];
  const score = compose(aDeploymentView({ steps, failures }), events, NOW)!;
  expect(score.stretches.filter((one) => one.row === 0).map((one) => [one.version, one.condition])).toEqual([
    ["v1", "serving"],
    ["v2", "coming"],
    ["v2", "failed"],
    ["v1", "coming"],
    ["v1", "serving"],
  ]);
  expect(score.failed).toEqual([
    { at: ms(0), value: 0 },
    { at: ms(3), value: 1 },
  ]);
});

test("copies that are replaced leave, and new ones have no past", () => {
  const steps = [
    aStepView(0, {
      action: "replace",
      replicas: ["new"],
      leaving: ["old"],
      startedAt: at(2),
      endedAt: at(6),
    }),
  ];
  const score = compose(aDeploymentView({ kind: "vm", steps }), [], NOW)!;
  expect(score.rows).toEqual(["old", "new"]);
  expect(score.stretches.map((one) => [one.row, one.from, one.to, one.version, one.condition])).toEqual([
    [0, ms(0), ms(2), "v1", "serving"],
    [0, ms(2), ms(6), "v1", "leaving"],
    [1, ms(2), ms(6), "v2", "coming"],
    [1, ms(6), ms(10), "v2", "serving"],
  ]);
});

test("copies of ECS that the way back has replaced are gone with it", () => {
  const replace = { action: "replace" as const };
  const steps = [
    aStepView(0, {
      ...replace,
      replicas: ["new"],
      leaving: ["old"],
      startedAt: at(1),
      endedAt: at(4),
      status: "failed",
    }),
    aStepView(1, {
      ...replace,
      replicas: ["again"],
      startedAt: at(4),
      endedAt: at(6),
      version: "v1",
      rollback: true,
    }),
  ];
  const score = compose(aDeploymentView({ kind: "container", steps }), [], NOW)!;
  const ends = new Map(score.stretches.map((one) => [score.rows[one.row], one.to]));
  expect(Object.fromEntries(ends)).toEqual({ old: ms(6), new: ms(6), again: ms(10) });
});

test("a function's lines are its versions, as long as each has traffic", () => {
  const shift = (index: number, weightPercent: number, from: number, to: number) =>
    aStepView(index, {
      type: "shift",
      action: undefined,
      weightPercent,
      startedAt: at(from),
      endedAt: at(to),
    });
  const steps = [shift(0, 10, 1, 2), shift(1, 100, 4, 5)];
  const score = compose(aDeploymentView({ kind: "function", steps }), [], NOW)!;
  expect(score.traffic).toEqual([
    { at: ms(0), value: 0 },
    { at: ms(2), value: 10 },
    { at: ms(5), value: 100 },
  ]);
  expect(score.rows).toEqual(["v1", "v2"]);
  const of = (row: number) => score.stretches.filter((one) => one.row === row);
  expect([of(0)[0]!.from, of(0).at(-1)!.to]).toEqual([ms(0), ms(5)]);
  expect([of(1)[0]!.from, of(1).at(-1)!.to]).toEqual([ms(2), ms(10)]);
});

test("a pause is a rest until the status changes, or until now", () => {
  const events = [
    anEvent(2, { type: "status", status: "paused" }),
    anEvent(2, { type: "operator" }),
    anEvent(5, { type: "status", status: "running" }),
    anEvent(8, { type: "status", status: "paused" }),
  ];
  const { rests } = compose(aDeploymentView({ endedAt: null }), events, ms(9))!;
  expect(rests).toEqual([
    { from: ms(2), to: ms(5) },
    { from: ms(8), to: ms(9) },
  ]);
});

test("a bake spans all lines, a batch those of its replicas", () => {
  const steps = [
    aStepView(0, { replicas: ["a"], startedAt: at(1), endedAt: at(4) }),
    aStepView(1, { type: "bake", replicas: ["a"], startedAt: at(4), endedAt: null, status: "running" }),
  ];
  const { bars } = compose(aDeploymentView({ steps, endedAt: null }), [], ms(9))!;
  expect(bars.map(({ from, to, rows }) => ({ from, to, rows }))).toEqual([
    { from: ms(1), to: ms(4), rows: [0] },
    { from: ms(4), to: ms(9), rows: [] },
  ]);
});

test("a thousand replicas are composed in one go", () => {
  const steps = Array.from({ length: 1000 }, (_, i) =>
    aStepView(i, { replicas: [`host-${i}`], startedAt: at(i), endedAt: at(i + 1) }),
  );
  const score = compose(aDeploymentView({ steps, endedAt: at(1000) }), [], NOW)!;
  expect(score.rows).toHaveLength(1000);
  expect(score.traffic.at(-1)).toEqual({ at: ms(1000), value: 100 });
});

test("a shift between two sides moves no copy, and is no line", () => {
  const steps = [
    aStepView(0, { replicas: ["task-1"], action: "startBeside", startedAt: at(1), endedAt: at(4) }),
    aStepView(1, { type: "shift", replicas: ["v2"], weightPercent: 10 }),
  ];
  const running = aDeploymentView({ kind: "container", steps, endedAt: null, status: "running" });
  expect(compose(running, [], NOW)!.rows).toEqual(["task-1"]);
});
