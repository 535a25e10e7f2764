import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { whyHopeless } from "./hopeless.ts";
import { driftOf, failingOf } from "./inspect.ts";
import type { Live, SideLive } from "./live.ts";
import { lookAt, watchFrom } from "./look.ts";
import { countTag } from "./naming.ts";
import { scaledCount } from "./shift.ts";
import { FAILED_CHECKS, type Task } from "./tasks.ts";

const OURS = "ecs-svc/2";
const watch = watchFrom(1000, OURS);

function aTask(id: string, part: Partial<Task> = {}): Task {
  return {
    id,
    arn: `arn/${id}`,
    revisionArn: "family:2",
    deploymentId: OURS,
    version: "v2",
    state: "running",
    status: "running",
    disk: null,
    ip: "10.0.0.1",
    createdAtMs: 1000,
    startedAt: null,
    endedAtMs: null,
    health: "healthy",
    detail: "",
    failure: null,
    ...part,
  };
}

function aSide(
  tasks: Task[],
  service: Partial<SideLive["service"]> = {},
  part: Partial<SideLive> = {},
): SideLive {
  const deployments = [{ id: OURS, rolloutState: "COMPLETED" as const }];
  return {
    side: "a",
    service: { desiredCount: 2, deployments, ...service },
    version: "v2",
    tasks,
    percent: 100,
    ...part,
  };
}

const failed = (id: string, endedAtMs: number) =>
  aTask(id, { state: "ended", health: "draining", endedAtMs, failure: "it exited with exit code 3" });

test("copies have their ids, and those to come stand-ins, so that the count stays right", () => {
  const looked = lookAt(aSide([aTask("t1", { health: "starting" })]), watch);
  expect(looked.replicas).toEqual(["t1", "pending-1"]);
  expect(looked.observations.map(({ replica, version }) => [replica, version])).toEqual([
    ["t1", null],
    ["pending-1", null],
  ]);
  expect(looked.steady).toBe(false);
});

test("a copy that failed is told until the budget has seen it, and is none of the step's", () => {
  const looked = lookAt(aSide([aTask("t1"), aTask("t2"), failed("t0", 2000)]), watch);
  expect(looked.replicas).toEqual(["t1", "t2"]);
  expect(looked.observations.at(-1)).toMatchObject({
    replica: "t0",
    hopeless: true,
    detail: "it exited with exit code 3",
  });
});

test("what failed before the step, or of another deployment, is not the step's", () => {
  const others = [failed("t8", 999), { ...failed("t9", 2000), deploymentId: "ecs-svc/1" }];
  expect(lookAt(aSide([aTask("t1"), aTask("t2"), ...others]), watch).observations).toHaveLength(2);
});

test("it is steady when the deployment has ended and only its copies are left, all healthy", () => {
  const both = [aTask("t1"), aTask("t2")];
  expect(lookAt(aSide(both), watch).steady).toBe(true);
  const underWay = [{ id: OURS, rolloutState: "IN_PROGRESS" as const }];
  expect(lookAt(aSide(both, { deployments: underWay }), watch).steady).toBe(false);
  const old = aTask("t0", { deploymentId: "ecs-svc/1", version: "v1", state: "ending" });
  expect(lookAt(aSide([...both, old]), watch).steady).toBe(false);
  expect(lookAt(aSide([aTask("t1"), aTask("t2", { health: "unhealthy" })]), watch).steady).toBe(false);
});

test("each copy is told of once, when it is healthy", () => {
  const first = lookAt(aSide([aTask("t1"), aTask("t2", { health: "starting" })]), watch);
  expect(first.events.map(({ replica }) => replica)).toEqual(["t1"]);
  const second = lookAt(aSide([aTask("t1"), aTask("t2")]), first.watch);
  expect(second.events.map(({ replica }) => replica)).toEqual(["t2"]);
});

test("why ECS ended an unhealthy copy is known from the look before, or from the service's log", () => {
  const sick = aTask("t1", { health: "unhealthy", detail: "the load balancer says: [500]" });
  const before = lookAt(aSide([sick]), watch).watch;
  const stopped = { ...failed("t1", 2000), failure: FAILED_CHECKS };
  expect(lookAt(aSide([stopped]), before).observations[0]!.detail).toBe(
    `${FAILED_CHECKS}: the load balancer says: [500]`,
  );
  const message = "(service s) (port 8080) is unhealthy in (target-group tg) due to (reason codes: [503])";
  const events = [{ createdAt: new Date(1500), message }];
  expect(lookAt(aSide([stopped], { events }), watch).observations[0]!.detail).toBe(
    `${FAILED_CHECKS}: codes: [503]`,
  );
});

const noRoom = [{ createdAt: new Date(2000), message: "(service s) was unable to place a task because …" }];
const health = { ...aSpec().health, graceSeconds: 10 };

function hopeless(side: SideLive, nowMs: number) {
  return whyHopeless(side, watch, lookAt(side, watch), { health }, nowMs);
}

test("no room is waited for a while, and not while somebody leaves", () => {
  const side = aSide([aTask("t1")], { events: noRoom });
  expect(hopeless(side, 11_000)).toBeNull();
  expect(hopeless(side, 12_000)).toMatch(/^v2 cannot be placed: .*unable to place a task/);
  expect(hopeless(aSide([aTask("t0", { state: "ending" })], { events: noRoom }), 12_000)).toBeNull();
  expect(hopeless(aSide([aTask("t1"), aTask("t2")], { events: noRoom }), 12_000)).toBeNull();
});

test("a tripped circuit breaker ends the step with what failed last", () => {
  const deployments = [
    { id: OURS, rolloutState: "FAILED" as const, rolloutStateReason: "tasks failed to start." },
  ];
  expect(hopeless(aSide([failed("t1", 2000)], { deployments }), 3000)).toBe(
    "ECS has given up on v2: t1: it exited with exit code 3",
  );
  expect(hopeless(aSide([], { deployments }), 3000)).toBe("ECS has given up on v2: tasks failed to start.");
});

function scaled(
  before: number,
  now: number,
  has: number,
  weightPercent: number,
  strategy: "canary" | "blueGreen",
) {
  const ours = aSide([], { desiredCount: has, tags: [countTag(before)] }, { side: "b" });
  const spec = aSpec({ rollout: { ...aSpec().rollout, strategy } });
  return scaledCount({ sides: [aSide([], { desiredCount: now }), ours] }, ours, { weightPercent }, { spec });
}

test("a second side follows what scaling did to the first, a canary by its share", () => {
  expect(scaled(3, 3, 3, 100, "blueGreen")).toBeNull();
  expect(scaled(3, 5, 3, 50, "blueGreen")).toBe(5);
  expect(scaled(3, 5, 5, 100, "blueGreen")).toBeNull();
  expect(scaled(3, 2, 3, 100, "canary")).toBe(2);
  expect(scaled(4, 8, 2, 50, "canary")).toBe(4);
  expect(scaled(4, 2, 2, 50, "canary")).toBeNull();
});

test("on the way back nothing is followed: a canary's own count is no scaling", () => {
  const ours = aSide([], { desiredCount: 3, tags: [countTag(3)] }, { side: "b" });
  const sides = [aSide([], { desiredCount: 1 }), ours];
  const back = { weightPercent: 100, rollback: true };
  expect(scaledCount({ sides }, ours, back, { spec: aSpec() })).toBeNull();
});

test("a count that the release itself changed is no scaling", () => {
  expect(scaled(5, 5, 3, 100, "blueGreen")).toBeNull();
});

const driftIn = (seen: Live, current: string | null | undefined) =>
  driftOf(seen, {
    app: "shop",
    environment: { name: "prod", pools: {}, updatedAt: "" },
    spec: aSpec(),
    current,
  });
const live = (sides: SideLive[]) => ({ sides, leaving: [], weights: { a: 100 } });

test("drift is told in sentences, and none while a deployment is under way", () => {
  const other = aSide([], {}, { side: "b", percent: 0, version: "v1" });
  expect(driftIn(live([aSide([])]), "v2")).toEqual([]);
  expect(driftIn(live([]), "v2")).toEqual(["The service is gone."]);
  expect(driftIn(live([]), undefined)).toEqual([]);
  expect(driftIn(live([]), null)).toEqual([]);
  expect(
    driftIn(live([aSide([], { desiredCount: 0 }, { percent: 60, version: null }), other]), "v2"),
  ).toEqual([
    "The service runs a task definition of somebody else's (); the last deployment left v2.",
    "The service's count is 0.",
    "The listener sends 60% to the service, not all of it.",
    "A second service stands beside it, with 0% of the traffic.",
  ]);
});

test("of the copies that ECS started the last that failed is told, and none that a release before has left", () => {
  const ended = (id: string, createdAtMs: number, part: Partial<Task> = {}) =>
    aTask(id, { state: "ended", createdAtMs, failure: `${id} exited`, ...part });
  const tasks = [
    ended("t1", 1000),
    ended("t2", 2000),
    ended("t3", 3000, { failure: null }),
    aTask("t4", { createdAtMs: 4000 }),
  ];
  expect(failingOf(aSide(tasks))).toEqual({
    failing: { startedAt: "1970-01-01T00:00:02.000Z", detail: "t2 exited" },
  });
  expect(failingOf(aSide([ended("t1", 1000, { deploymentId: "ecs-svc/1" }), aTask("t2")]))).toEqual({});
});
