import { expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Target } from "#core/domain/target.ts";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import { naturalEnd } from "./end.ts";
import { settledTarget } from "./settled-target.ts";

const AT = "2026-01-05T12:00:00.000Z";
const done = [aStep({ status: "succeeded" })];
const ending = { status: "rolled_back" as const, reason: "host-1 is unhealthy on v2: 500", since: AT };
const abort = { action: "abort" as const, actor: "bob", at: AT, reason: "aborted by bob" };

const cases: [string, Partial<Deployment>, ReturnType<typeof naturalEnd>][] = [
  ["all steps done", { steps: done }, { status: "succeeded", reason: "v2 is live." }],
  [
    "nothing to do",
    { steps: [] },
    { status: "succeeded", reason: "v2 was running already; nothing had to be changed." },
  ],
  [
    "failures within the budget",
    { steps: done, failures: [{ replica: "a", reason: "a is unhealthy on v2", at: AT, drained: true }] },
    { status: "succeeded", reason: "v2 runs on 2 of 3; a failed within the budget: A is unhealthy on v2." },
  ],
  [
    "went back",
    { ending, changed: true },
    { status: "rolled_back", reason: "Went back to v1: host-1 is unhealthy on v2: 500." },
  ],
  [
    "a first release",
    { ending, changed: true, previousVersion: null },
    { status: "rolled_back", reason: "Removed again: host-1 is unhealthy on v2: 500." },
  ],
  [
    "failed before anything was changed",
    { ending },
    { status: "rolled_back", reason: "host-1 is unhealthy on v2: 500. Nothing had been changed." },
  ],
  [
    "aborted while it went back already, with nothing changed",
    { ending, intent: abort, status: "rolling_back" },
    { status: "rolled_back", reason: "host-1 is unhealthy on v2: 500. Nothing had been changed." },
  ],
  [
    "aborted before anything was changed",
    { intent: abort },
    { status: "cancelled", reason: "Aborted by bob. Nothing had been changed." },
  ],
];

for (const [name, deployment, expected] of cases) {
  test(`the end of a deployment: ${name}`, () => {
    expect(naturalEnd(aDeployment(deployment))).toEqual(expected);
  });
}

const target: Target = {
  app: "shop",
  environment: "prod",
  kind: "server",
  release: "v1",
  history: ["v1"],
  desired: 2,
  lock: null,
  queue: [],
  degraded: "was broken",
  drift: [],
  revision: 1,
  endpoint: null,
  replicas: [],
  traffic: [],
  observedAt: null,
};

test("a success sets release, history and desired count, and mends what was degraded", () => {
  expect(settledTarget(target, aDeployment({ status: "succeeded" }))).toMatchObject({
    release: "v2",
    history: ["v2", "v1"],
    desired: 3,
    degraded: null,
  });
});

test("the same release twice in a row stands in the history once, and the history is bounded", () => {
  const again = settledTarget(target, aDeployment({ status: "succeeded", version: "v1" }));
  expect(again.history).toEqual(["v1"]);
  const long = { ...target, history: Array.from({ length: 50 }, (_, i) => `v${i}`) };
  expect(settledTarget(long, aDeployment({ status: "succeeded", version: "new" })).history).toHaveLength(50);
});

test("a failed way back marks the target degraded; other ends leave the release alone", () => {
  expect(settledTarget(target, aDeployment({ status: "failed", reason: "no way back" }))).toMatchObject({
    release: "v1",
    degraded: "no way back",
  });
  expect(settledTarget(target, aDeployment({ status: "rolled_back", changed: true }))).toMatchObject({
    release: "v1",
    degraded: null,
  });
  expect(settledTarget(target, aDeployment({ status: "cancelled" }))).toBe(target);
});

test("an end that leaves something good behind forgets what healing remembered, another one does not", () => {
  const healing = { patients: [], heldSince: AT, degraded: true };
  const remembering = { ...target, healing };
  const after = (deployment: Partial<Deployment>) =>
    settledTarget(remembering, aDeployment(deployment)).healing;
  expect(after({ status: "succeeded" })).toBeUndefined();
  expect(after({ status: "rolled_back", changed: true })).toBeUndefined();
  expect(after({ status: "failed" })).toEqual(healing);
  expect(after({ status: "cancelled" })).toEqual(healing);
});

test("a release that came forward is watched; not a first one, not a way back, and scaling goes on watching", () => {
  const done = { status: "succeeded", endedAt: AT } as const;
  const watched = { version: "v2", before: "v1", since: AT };
  const after = (deployment: Partial<Deployment>, before: Partial<Target> = {}) =>
    settledTarget({ ...target, ...before }, aDeployment({ ...done, ...deployment })).watched;
  expect(after({})).toEqual(watched);
  expect(after({}, { release: null })).toBeUndefined();
  const running = { release: "v2", watched };
  expect(after({ version: "v1", wayBack: true }, running)).toBeUndefined();
  expect(after({ version: "v1", trigger: "healing" }, running)).toBeUndefined();
  expect(after({ purpose: "scale" }, running)).toEqual(watched);
  expect(after({ version: "v2" }, running)).toEqual(watched);
});
