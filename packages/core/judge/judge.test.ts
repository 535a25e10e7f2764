import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import type { Failure, Watch } from "../domain/deployment.ts";
import type { RolloutPolicy } from "../domain/spec.ts";
import type { Observation } from "../driver/driver.ts";
import { failuresAllowed, type JudgeInput, judge, type Verdict } from "./judge.ts";

const NOW = Date.parse("2026-01-05T12:01:00.000Z");
const STARTED = NOW - 20_000;
const AT = "2026-01-05T12:01:00.000Z";

function policy(rollout: Partial<RolloutPolicy> = {}) {
  const health = { ...aSpec().health, healthyThreshold: 2, unhealthyThreshold: 3 };
  return { health, rollout: aRollout({ maxFailures: 0, deadlineSeconds: 600, ...rollout }) };
}

function look(replica: string, more: Partial<Observation> = {}): Observation {
  return {
    replica,
    version: "v3",
    health: "healthy",
    reachable: true,
    hopeless: false,
    serving: true,
    detail: "GET /healthz answered 200",
    ...more,
  };
}

function watch(healthyInARow: number, unhealthyInARow = 0, lastDetail = "GET /healthz answered 200"): Watch {
  return { since: STARTED, healthyInARow, unhealthyInARow, lastDetail, lastAt: NOW };
}

const anAlarm = (name: string) => ({ name, reason: `Threshold Crossed: ${name}.` });

const answers500 = "GET /healthz answered 500";
const sick = (replica: string) => look(replica, { health: "unhealthy", detail: answers500 });
const silent = (replica: string) =>
  look(replica, { version: null, health: "unknown", reachable: false, detail: "no answer in 10 s" });

function input(more: Partial<JudgeInput> = {}): JudgeInput {
  return {
    observations: [],
    watches: {},
    failures: [],
    total: 3,
    startedAtMs: STARTED,
    progressAtMs: STARTED,
    version: "v3",
    ...more,
  };
}

function failed(replica: string, reason: string): Failure {
  return { replica, reason, at: AT, drained: false };
}

function verdict(more: Partial<Verdict>): Verdict {
  return { verdict: "keepWatching", failed: [], healthy: [], reason: "", ignoredAlarms: [], ...more };
}

type Case = [
  name: string,
  input: Partial<JudgeInput>,
  rollout: Partial<RolloutPolicy>,
  expected: Partial<Verdict>,
];

const web1Sick = "web-1 is unhealthy on v3: GET /healthz answered 500";

const CASES: Case[] = [
  [
    "a replica that was good often enough in a row and serves has made it",
    { observations: [look("web-1")], watches: { "web-1": watch(2) } },
    {},
    { verdict: "continue", healthy: ["web-1"] },
  ],
  [
    "one good look of two is watched on",
    { observations: [look("web-1")], watches: { "web-1": watch(1) } },
    {},
    {},
  ],
  [
    "a healthy replica that does not serve yet is watched on",
    { observations: [look("web-1", { serving: false })], watches: { "web-1": watch(9) } },
    {},
    {},
  ],
  [
    "a healthy replica of the old version has not made it",
    { observations: [look("web-1", { version: "v2" })], watches: { "web-1": watch(9) } },
    {},
    {},
  ],
  [
    "all replicas of the step must make it",
    { observations: [look("web-1"), look("web-2")], watches: { "web-1": watch(2), "web-2": watch(1) } },
    {},
    { healthy: ["web-1"] },
  ],
  [
    "a replica of the step that nobody looked at is waited for",
    { observations: [look("web-1")], watches: { "web-1": watch(2) }, replicas: ["web-1", "web-2"] },
    {},
    { healthy: ["web-1"] },
  ],
  ["a step that nobody was seen of does not pass", {}, {}, {}],
  ["a step without replicas passes", { replicas: [] }, {}, { verdict: "continue" }],
  [
    "bad looks below the threshold are watched on",
    { observations: [sick("web-1")], watches: { "web-1": watch(0, 2, answers500) } },
    {},
    {},
  ],
  [
    "enough bad looks are a failure, and the first is one too many by default",
    { observations: [sick("web-1")], watches: { "web-1": watch(0, 3, answers500) } },
    {},
    {
      verdict: "rollBack",
      failed: [failed("web-1", web1Sick)],
      reason: `${web1Sick}; 1 failure, 0 allowed`,
    },
  ],
  [
    "onFailure: pause holds instead of going back",
    { observations: [sick("web-1")], watches: { "web-1": watch(0, 3, answers500) } },
    { onFailure: "pause" },
    { verdict: "hold", failed: [failed("web-1", web1Sick)], reason: `${web1Sick}; 1 failure, 0 allowed` },
  ],
  [
    "a hopeless replica is a failure without any threshold",
    { observations: [look("web-1", { hopeless: true, health: "unhealthy", detail: "exit code 1" })] },
    {},
    {
      verdict: "rollBack",
      failed: [failed("web-1", "web-1 failed on v3: exit code 1")],
      reason: "web-1 failed on v3: exit code 1; 1 failure, 0 allowed",
    },
  ],
  [
    "an unreachable replica is a failure at once",
    { observations: [silent("web-1")] },
    {},
    {
      verdict: "rollBack",
      failed: [failed("web-1", "web-1 does not answer: no answer in 10 s")],
      reason: "web-1 does not answer: no answer in 10 s; 1 failure, 0 allowed",
    },
  ],
  [
    "a failure within the budget is noted, and the step goes on without it",
    { observations: [silent("web-1"), look("web-2")], watches: { "web-2": watch(2) }, total: 10 },
    { maxFailures: "30%" },
    {
      verdict: "continue",
      failed: [failed("web-1", "web-1 does not answer: no answer in 10 s")],
      healthy: ["web-2"],
    },
  ],
  [
    "a failure within the budget does not end the watch of the others",
    { observations: [silent("web-1"), look("web-2")], watches: { "web-2": watch(1) }, total: 10 },
    { maxFailures: 1 },
    { failed: [failed("web-1", "web-1 does not answer: no answer in 10 s")] },
  ],
  [
    "the budget is over the whole deployment: earlier failures count",
    {
      observations: [silent("web-4")],
      failures: ["web-1", "web-2", "web-3"].map((id) => ({
        ...failed(id, "broken"),
        at: "2026-01-05T12:00:00.000Z",
      })),
      total: 10,
    },
    { maxFailures: "30%" },
    {
      verdict: "rollBack",
      failed: [failed("web-4", "web-4 does not answer: no answer in 10 s")],
      reason: "web-4 does not answer: no answer in 10 s; 4 failures, 3 allowed",
    },
  ],
  [
    "the same replica failing again is one failure, not two",
    {
      observations: [silent("web-1")],
      failures: [{ ...failed("web-1", "broken"), at: "2026-01-05T12:00:00.000Z" }],
      total: 10,
    },
    { maxFailures: 1 },
    { verdict: "continue", failed: [failed("web-1", "web-1 does not answer: no answer in 10 s")] },
  ],
  [
    "a failure of this very step is settled: not told again and not waited for",
    { observations: [silent("web-1")], failures: [failed("web-1", "broken")], total: 10 },
    { maxFailures: 1 },
    { verdict: "continue" },
  ],
  [
    "a budget that recorded failures exceed acts, also when nothing new is seen",
    { observations: [look("web-2")], watches: { "web-2": watch(2) }, failures: [failed("web-1", web1Sick)] },
    {},
    { verdict: "rollBack", healthy: ["web-2"], reason: `${web1Sick}; 1 failure, 0 allowed` },
  ],
  [
    "several failures at once are told in one sentence",
    { observations: [silent("web-1"), silent("web-2"), silent("web-3")] },
    { maxFailures: 1 },
    {
      verdict: "rollBack",
      failed: [1, 2, 3].map((n) => failed(`web-${n}`, `web-${n} does not answer: no answer in 10 s`)),
      reason: "web-1 does not answer: no answer in 10 s; also web-2, web-3; 3 failures, 1 allowed",
    },
  ],
  [
    "no progress until the deadline goes back, naming who is stuck and what its check says",
    {
      observations: [look("web-1", { health: "starting", serving: false, detail: "connection refused" })],
      progressAtMs: NOW - 600_000,
    },
    {},
    {
      verdict: "rollBack",
      failed: [
        failed("web-1", "web-1 made no progress for 600 s, starting and not serving: connection refused"),
      ],
      reason: "web-1 made no progress for 600 s, starting and not serving: connection refused",
    },
  ],
  [
    "a moment before the deadline is watched on",
    { observations: [look("web-1", { health: "starting" })], progressAtMs: NOW - 599_999 },
    {},
    {},
  ],
  [
    "a finished step is not late",
    { observations: [look("web-1")], watches: { "web-1": watch(2) }, progressAtMs: NOW - 9_000_000 },
    {},
    { verdict: "continue", healthy: ["web-1"] },
  ],
  [
    "an alarm that begins to fire goes back",
    {
      observations: [look("web-1")],
      watches: { "web-1": watch(2) },
      alarms: { firing: [anAlarm("errors"), anAlarm("slow")], firingAtStart: [] },
    },
    {},
    {
      verdict: "rollBack",
      healthy: ["web-1"],
      reason: "alarm errors is firing: Threshold Crossed: errors; also slow",
    },
  ],
  [
    "an alarm that fired before the start is reported and ignored",
    {
      observations: [look("web-1")],
      watches: { "web-1": watch(2) },
      alarms: { firing: [anAlarm("errors")], firingAtStart: ["errors"] },
    },
    {},
    { verdict: "continue", healthy: ["web-1"], ignoredAlarms: ["errors"] },
  ],
  [
    "in a bake a replica that is well needs no row of good looks and no traffic",
    { observations: [look("web-1", { serving: false })], watches: { "web-1": watch(1) }, baking: true },
    {},
    { verdict: "continue", healthy: ["web-1"] },
  ],
  [
    "in a bake a replica that was seen bad is watched until it is sure",
    { observations: [sick("web-1")], watches: { "web-1": watch(0, 1, answers500) }, baking: true },
    {},
    {},
  ],
  [
    "a replica that fails in a bake counts",
    { observations: [sick("web-1")], watches: { "web-1": watch(0, 3, answers500) }, baking: true },
    {},
    { verdict: "rollBack", failed: [failed("web-1", web1Sick)], reason: `${web1Sick}; 1 failure, 0 allowed` },
  ],
  [
    "putting a broken replica back goes on when it is well, whatever the budget says",
    {
      observations: [look("web-1", { version: "v2" })],
      watches: { "web-1": watch(2) },
      failures: [failed("web-1", web1Sick)],
      version: "v2",
      bestEffort: true,
    },
    {},
    { verdict: "continue", healthy: ["web-1"] },
  ],
  [
    "putting back that fails too is told, and the deployment goes on",
    {
      observations: [look("web-1", { version: "v2", hopeless: true, detail: "exit code 1" })],
      failures: [failed("web-1", web1Sick)],
      version: "v2",
      bestEffort: true,
    },
    {},
    { verdict: "continue", failed: [failed("web-1", "web-1 failed on v2: exit code 1")] },
  ],
  [
    "putting back that gets nowhere ends at the deadline, and the deployment goes on",
    {
      observations: [look("web-1", { version: "v2", health: "starting" })],
      version: "v2",
      bestEffort: true,
      progressAtMs: NOW - 600_000,
    },
    {},
    {
      verdict: "continue",
      failed: [failed("web-1", "web-1 made no progress for 600 s, starting: GET /healthz answered 200")],
    },
  ],
  [
    "a replica is taken away when nothing of it runs any more",
    { observations: [look("web-1", { version: null, health: "unknown", serving: false })], version: null },
    {},
    { verdict: "continue", healthy: ["web-1"] },
  ],
  [
    "a replica that still runs is not taken away yet",
    { observations: [look("web-1")], version: null },
    {},
    {},
  ],
  [
    "a function's replica is its version, which is not said twice",
    { observations: [look("v3", { health: "unhealthy", hopeless: true, detail: answers500 })], total: 1 },
    {},
    {
      verdict: "rollBack",
      failed: [failed("v3", "v3 failed: GET /healthz answered 500")],
      reason: "v3 failed: GET /healthz answered 500; 1 failure, 0 allowed",
    },
  ],
];

test.each(CASES)("%s", (_name, more, rollout, expected) => {
  expect(judge(policy(rollout), input(more), NOW)).toEqual(verdict(expected));
});

test.each([
  [0, 10, 0],
  [2, 10, 2],
  ["30%", 10, 3],
  ["30%", 3, 0],
  ["29%", 10, 2],
  ["100%", 3, 2],
  [5, 1, 0],
] as const)("maxFailures %s of %i allows %i", (maxFailures, total, allowed) => {
  expect(failuresAllowed({ maxFailures }, total)).toBe(allowed);
});
