import { expect, test } from "vitest";
import { type Demand, limitsOf, planTasks, type Standing } from "./plan.ts";

const tasks = (current: boolean, ...states: Standing["state"][]): Standing[] =>
  states.map((state, at) => ({
    id: `${current ? "new" : "old"}-${at}`,
    zone: at % 2 ? "b" : "a",
    createdAt: at,
    current,
    source: !current,
    state,
  }));

const demand = (part: Partial<Demand>): Demand => ({
  desired: 3,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  rollingOut: true,
  replacing: part.rollingOut ?? true,
  ...part,
});

const stopped = (all: Standing[], part: Partial<Demand> = {}) =>
  planTasks(all, demand(part)).stop.map(({ id }) => id);

const OLD = tasks(false, "healthy", "healthy", "healthy");

test("the minimum is rounded up and the maximum down", () => {
  expect(limitsOf(demand({ desired: 3, minimumHealthyPercent: 50, maximumPercent: 150 }))).toEqual({
    minimum: 2,
    maximum: 4,
  });
});

test("with 100/200 all new ones start first, and an old one goes for each that is healthy", () => {
  expect(planTasks(OLD, demand({}))).toEqual({ start: 3, startOld: 0, stop: [] });
  expect(stopped([...OLD, ...tasks(true, "starting", "unproven", "starting")])).toEqual([]);
  expect(stopped([...OLD, ...tasks(true, "healthy", "unproven", "starting")])).toEqual(["old-0"]);
  expect(stopped([...OLD, ...tasks(true, "healthy", "healthy", "healthy")])).toHaveLength(3);
});

test("a first deployment starts as many as the maximum allows", () => {
  const first = demand({ desired: 1, maximumPercent: 150, replacing: false });
  expect(planTasks([], first)).toEqual({ start: 1, startOld: 0, stop: [] });
});

test("with 50/100 an old one goes first, to make room", () => {
  const half = { minimumHealthyPercent: 50, maximumPercent: 100 };
  expect(planTasks(OLD, demand(half))).toEqual({
    start: 0,
    startOld: 0,
    stop: [{ id: "old-0", unhealthy: false }],
  });
  expect(planTasks(OLD.slice(1), demand(half))).toEqual({ start: 1, startOld: 0, stop: [] });
});

test("with 50/200 nothing old is stopped without need", () => {
  expect(planTasks(OLD, demand({ minimumHealthyPercent: 50 }))).toEqual({ start: 3, startOld: 0, stop: [] });
});

test("old ones that do not serve go before those that do", () => {
  const old = tasks(false, "healthy", "unhealthy", "healthy");
  const half = { minimumHealthyPercent: 50, maximumPercent: 100 };
  expect(stopped(old, half)).toEqual(["old-1"]);
});

test("scaling in takes what does not serve, then from the fullest zone, the oldest first", () => {
  expect(stopped(tasks(true, "healthy", "starting", "healthy"), { desired: 2 })).toEqual(["new-1"]);
  expect(stopped(tasks(true, "healthy", "healthy", "healthy"), { desired: 1 })).toEqual(["new-0", "new-1"]);
  expect(stopped(tasks(true, "healthy", "healthy"), { desired: 0 })).toHaveLength(2);
});

test("an unhealthy task of a steady service is replaced before it is stopped, where the maximum allows it", () => {
  const all = tasks(true, "healthy", "healthy", "unhealthy");
  expect(planTasks(all, demand({ rollingOut: false }))).toEqual({ start: 1, startOld: 0, stop: [] });
  const replaced = [...all, { ...all[0]!, id: "fresh" }];
  expect(planTasks(replaced, demand({ rollingOut: false }))).toEqual({
    start: 0,
    startOld: 0,
    stop: [{ id: "new-2", unhealthy: true }],
  });
  const full = { rollingOut: false, minimumHealthyPercent: 50, maximumPercent: 100 };
  expect(planTasks(all, demand(full))).toEqual({
    start: 0,
    startOld: 0,
    stop: [{ id: "new-2", unhealthy: true }],
  });
});

test("in a rollout an unhealthy new task is stopped at once", () => {
  const all = [...OLD, ...tasks(true, "unhealthy", "healthy", "healthy")];
  expect(planTasks(all, demand({})).stop).toContainEqual({ id: "new-0", unhealthy: true });
});

test("an old task that ends in a rollout is replaced by its own revision, before more new ones come", () => {
  expect(planTasks(OLD.slice(1), demand({}))).toEqual({ start: 3, startOld: 1, stop: [] });
  const broken = [...OLD.slice(1), ...tasks(true, "starting", "starting", "starting")];
  expect(planTasks(broken, demand({}))).toEqual({ start: 0, startOld: 1, stop: [] });
  const coming: Standing = { ...OLD[0]!, id: "again", state: "starting" };
  expect(planTasks([...OLD.slice(1), coming], demand({}))).toEqual({ start: 3, startOld: 0, stop: [] });
});

test("an old task is not replaced where enough new ones are healthy, nor one of a deployment that never completed", () => {
  const half = [...OLD.slice(1), ...tasks(true, "healthy", "starting", "starting")];
  expect(planTasks(half, demand({})).startOld).toBe(0);
  const superseded = { ...OLD[0]!, source: false, state: "starting" } as const;
  expect(stopped([...OLD.slice(1), superseded])).toEqual(["old-0"]);
});

test("an unhealthy old task makes room for its replacement where there is none", () => {
  const all = [
    ...tasks(false, "healthy", "unhealthy", "healthy"),
    ...tasks(true, "starting", "starting", "starting"),
  ];
  expect(planTasks(all, demand({}))).toEqual({
    start: 0,
    startOld: 0,
    stop: [{ id: "old-1", unhealthy: false }],
  });
});

/** A small generator of numbers, so that a failure comes again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const NEXT: Record<string, Standing["state"]> = { starting: "unproven", unproven: "healthy" };

function roll(seed: number) {
  const random = randomOf(seed);
  const desired = 1 + Math.floor(random() * 6);
  const asked = demand({ desired, minimumHealthyPercent: [0, 50, 100][seed % 3]! });
  const { minimum, maximum } = limitsOf(asked);
  let all = tasks(false, ...Array<Standing["state"]>(desired).fill("healthy"));
  let kept = true;
  for (let round = 0; round < 200; round++) {
    const plan = planTasks(all, asked);
    all = all.filter(({ id }) => !plan.stop.some((one) => one.id === id));
    for (let at = 0; at < plan.start; at++)
      all.push({
        id: `${round}.${at}`,
        zone: "a",
        createdAt: round,
        current: true,
        source: false,
        state: "starting",
      });
    const healthy = all.filter(({ state }) => state === "healthy").length;
    kept &&= healthy >= minimum && all.length <= maximum;
    const moving = all[Math.floor(random() * all.length)];
    if (moving) moving.state = NEXT[moving.state] ?? moving.state;
  }
  return { kept, desired, done: all.filter(({ current, state }) => current && state === "healthy").length };
}

test("whatever comes up in whatever order, it ends with all new, never below the minimum, never above the maximum", () => {
  const rolls = Array.from({ length: 200 }, (_unused, at) => ({ seed: at + 1, ...roll(at + 1) }));
  expect(rolls.filter(({ kept, desired, done }) => !kept || done !== desired)).toEqual([]);
});
