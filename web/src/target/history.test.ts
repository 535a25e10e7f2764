import { expect, test } from "vitest";
import { aDeploymentView, at, ms } from "../score/a-score.ts";
import { historyOf, withNow } from "./history.ts";

const standing = (seconds: number, desired: number, healthy: number) => ({
  at: at(seconds),
  desired,
  replicas: desired,
  healthy,
});
const standings = [standing(0, 2, 2), standing(100, 3, 2), standing(110, 3, 3)];
const seen = { history: { app: "shop", environment: "prod", standings }, deployments: [], healing: [] };

test("what held before the window goes on in it", () => {
  const { from, to, desired, healthy, most } = historyOf(seen, 60_000, ms(150))!;
  expect([from, to, most]).toEqual([ms(90), ms(150), 3]);
  expect(desired.map((one) => [one.at, one.value])).toEqual([
    [ms(90), 2],
    [ms(100), 3],
    [ms(110), 3],
  ]);
  expect(healthy.map((one) => one.value)).toEqual([2, 2, 3]);
});

test("a window that is longer than what was seen begins with the first sight", () => {
  expect(historyOf(seen, 86_400_000, ms(150))!.from).toBe(ms(0));
  expect(historyOf({ ...seen, history: { ...seen.history, standings: [] } }, 1000, ms(150))).toBeNull();
});

test("deployments, scalings and healing stand at their instants, the oldest first", () => {
  const deployments = [
    aDeploymentView({ id: "dep_2", createdAt: at(120), trigger: "scale", reason: "3 replicas." }),
    aDeploymentView({ id: "dep_1", createdAt: at(10), reason: "v2 is live." }),
  ];
  const healing = [
    {
      id: "heal_1",
      app: "shop",
      environment: "prod",
      trigger: "schedule" as const,
      startedAt: at(105),
      endedAt: at(106),
      actions: [],
      summary: "1 repaired",
    },
  ];
  const done = { at: at(130), status: "Successful", description: "Launching i-9", cause: "load" };
  const scaling = {
    min: 2,
    max: 5,
    metric: "cpu",
    target: 50,
    count: 3,
    value: 48,
    lastActivity: done,
    activities: [done],
  };
  const { deeds } = historyOf({ ...seen, deployments, healing, scaling }, 86_400_000, ms(150))!;
  expect(deeds.map((one) => [one.at, one.kind, one.words])).toEqual([
    [ms(10), "deployment", "v2, succeeded: v2 is live."],
    [ms(105), "healing", "1 repaired"],
    [ms(120), "scaling", "v2, succeeded: 3 replicas."],
    [ms(130), "scaling", "Launching i-9"],
  ]);
});

test("where nothing ever ran there is nothing to draw", () => {
  const history = { ...seen.history, standings: [standing(0, 0, 0), standing(9, 0, 0)] };
  expect(historyOf({ ...seen, history }, 86_400_000, ms(150))).toBeNull();
});

test("it ends with what is seen now, and not with what was seen before the last that was kept", () => {
  const replica = { id: "a", version: "v1", health: "healthy" as const, address: null, startedAt: null };
  const replicas = [replica, { ...replica, id: "b", health: "starting" as const }];
  const target = (observedAt: string) => ({ ...TARGET, desired: 4, replicas, observedAt });
  expect(withNow(seen.history, target(at(120))).standings.at(-1)).toEqual({
    at: at(120),
    desired: 4,
    replicas: 2,
    healthy: 1,
  });
  expect(withNow(seen.history, target(at(105)))).toBe(seen.history);
});

const TARGET = {
  app: "shop",
  environment: "prod",
  kind: "server" as const,
  endpoint: null,
  release: "v1",
  traffic: [],
  activeDeployment: null,
  queue: [],
  degraded: null,
  drift: [],
};
