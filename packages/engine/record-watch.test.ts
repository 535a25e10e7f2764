import { expect, test } from "vitest";
import type { Deployment, Failure } from "#core/domain/deployment.ts";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import { recordWatch } from "./record-watch.ts";
import type { Watched } from "./watch-step.ts";

const STARTED = "2026-01-05T12:00:00.000Z";
const NOW = "2026-01-05T12:00:02.500Z";

function aWatch(overrides: Partial<Watched> = {}): Watched {
  const failed = overrides.failed ?? [];
  const tally = { watches: {}, failures: failed, progressAtMs: Date.parse(NOW), signature: "" };
  return {
    outcome: "done",
    reason: "",
    state: { at: "installed" },
    tally,
    failed,
    silent: [],
    healthy: [],
    events: [],
    ...overrides,
  };
}

const aFailure = (replica: string): Failure => ({
  replica,
  reason: `${replica} is unhealthy`,
  at: NOW,
  drained: false,
});

function record(deployment: Deployment, watched: Watched, inPlace = true) {
  return recordWatch(deployment, 0, { watched, nowMs: Date.parse(NOW), inPlace });
}

const step = aStep({
  label: "Batch 1 of 2: a, b",
  replicas: ["a", "b"],
  status: "running",
  startedAt: STARTED,
});
const next = aStep({ label: "Batch 2 of 2: c", replicas: ["c"], index: 1 });
const running = aDeployment({ steps: [step, next], changed: true });

test("a step that is done is closed, and the driver's memory of it is forgotten", () => {
  const { deployment, events } = record(running, aWatch({ healthy: ["a", "b"] }))!;
  expect(deployment.steps[0]).toMatchObject({ status: "succeeded", endedAt: NOW });
  expect(deployment).toMatchObject({ stepState: null, watches: {}, progressAt: NOW });
  expect(events).toEqual([{ type: "step", message: "Batch 1 of 2: a, b: done after 2.5 s.", step: 0 }]);
});

test("a failure within the budget is put back by a step right behind", () => {
  const { deployment, events } = record(running, aWatch({ failed: [aFailure("b")], healthy: ["a"] }))!;
  expect(deployment.steps.map((one) => [one.index, one.label, one.status])).toEqual([
    [0, "Batch 1 of 2: a, b", "succeeded"],
    [1, "Put b back on v1", "pending"],
    [2, "Batch 2 of 2: c", "pending"],
  ]);
  expect(deployment.failures).toEqual([aFailure("b")]);
  expect(events![0]).toEqual({ type: "failure", message: "B is unhealthy.", step: 0, replica: "b" });
});

test("a host that does not answer, or has nothing to go back to, is set aside instead", () => {
  const silent = record(running, aWatch({ failed: [aFailure("b")], silent: ["b"] }))!.deployment;
  expect(silent.failures).toMatchObject([{ replica: "b", drained: true }]);
  expect(silent.steps).toHaveLength(2);
  const first = record(
    { ...running, previousVersion: null },
    aWatch({ failed: [aFailure("b")] }),
  )!.deployment;
  expect(first.failures).toMatchObject([{ replica: "b", drained: true }]);
});

test("a failure that an earlier look of the step found is put back once", () => {
  const seen = { ...running, failures: [{ ...aFailure("b"), at: STARTED }] };
  const watched = aWatch();
  const tally = { ...watched.tally, failures: seen.failures };
  const { deployment } = record(seen, { ...watched, tally })!;
  expect(deployment.steps[1]).toMatchObject({ label: "Put b back on v1" });
});

test("time that is up keeps the driver's memory and leaves the step under way", () => {
  const { deployment } = record(running, aWatch({ outcome: "timeUp" }))!;
  expect(deployment.steps[0]).toMatchObject({ status: "running" });
  expect(deployment.stepState).toEqual({ at: "installed" });
});

test("a verdict to go back turns the deployment around and leaves the step to the way back", () => {
  const { deployment } = record(running, aWatch({ outcome: "rollBack", reason: "b is unhealthy" }))!;
  expect(deployment).toMatchObject({
    status: "rolling_back",
    ending: { status: "rolled_back", reason: "b is unhealthy", since: NOW, planned: false, attempts: 0 },
  });
  expect(deployment.steps[0]!.status).toBe("running");
});

test("a step of the way back that fails costs one of its attempts", () => {
  const ending = { status: "rolled_back" as const, reason: "x", since: STARTED, planned: true, attempts: 0 };
  const back = { ...running, status: "rolling_back" as const, ending, steps: [{ ...step, rollback: true }] };
  const { deployment } = record(back, aWatch({ outcome: "rollBack", reason: "b is unhealthy" }))!;
  expect(deployment.ending).toMatchObject({ planned: false, attempts: 1 });
  expect(deployment.steps[0]!.status).toBe("failed");
});

test("a verdict to hold pauses with the reason", () => {
  const { deployment } = record(running, aWatch({ outcome: "hold", reason: "b is unhealthy" }))!;
  expect(deployment).toMatchObject({ status: "paused", reason: "B is unhealthy." });
  expect(deployment.steps[0]!.status).toBe("failed");
});

test("the end of a step is recorded once", () => {
  const ended = { ...running, steps: [{ ...step, status: "succeeded" as const }] };
  expect(record(ended, aWatch())).toBeNull();
});

test("a replica that could not be put back either stays drained", () => {
  const putBack = aStep({
    ...step,
    bestEffort: true,
    replicas: ["b"],
    version: "v1",
    label: "Put b back on v1",
  });
  const before = {
    ...running,
    steps: [putBack],
    failures: [{ ...aFailure("b"), at: "2026-01-05T11:59:00.000Z" }],
  };
  const { deployment } = record(before, aWatch({ failed: [aFailure("b")] }))!;
  expect(deployment.failures).toMatchObject([{ replica: "b", drained: true }]);
  expect(deployment.steps[0]!.status).toBe("failed");
});
