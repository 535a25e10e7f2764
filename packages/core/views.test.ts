import { expect, test } from "vitest";
import { aDeployment, aSpec, aStep } from "#test/support/a-deployment.ts";
import { NO_COST } from "./domain/cost.ts";
import { EMPTY_FLEET, type Replica } from "./domain/replica.ts";
import type { Target } from "./domain/target.ts";
import { deploymentView, targetView } from "./views.ts";

test("a deployment shows the contract's fields and nothing of the engine's own", () => {
  const view = deploymentView(aDeployment({ taskToken: "secret-token", stepState: { at: 1 } }));
  expect(Object.keys(view)).toEqual([
    "id",
    "app",
    "environment",
    "kind",
    "version",
    "previousVersion",
    "status",
    "reason",
    "revision",
    "createdAt",
    "startedAt",
    "endedAt",
    "createdBy",
    "trigger",
    "steps",
    "progress",
    "health",
    "failures",
    "failureBudget",
    "allowedActions",
    "cost",
  ]);
  expect(JSON.stringify(view)).not.toContain("secret-token");
});

test("a step shows its place, label, status, replicas and times", () => {
  const step = aStep({ index: 3, weightPercent: 10, seconds: 5, bestEffort: true });
  expect(deploymentView(aDeployment({ steps: [step] })).steps).toEqual([
    {
      index: 3,
      type: "batch",
      label: step.label,
      status: "pending",
      replicas: step.replicas,
      startedAt: null,
      endedAt: null,
      rollback: false,
      action: "install",
      version: "v2",
      weightPercent: 10,
      seconds: 5,
    },
  ]);
});

test("the failure budget counts replicas, however often one failed, and a percentage rounds down", () => {
  const failure = { replica: "host-1", reason: "500", at: "2026-01-05T12:00:00.000Z", drained: false };
  const failures = [failure, failure, { ...failure, replica: "host-2" }];
  const health = { healthy: 8, unhealthy: 2, desired: 10 };
  const spec = aSpec({ rollout: { ...aSpec().rollout, maxFailures: "35%" } });
  expect(deploymentView(aDeployment({ failures, health, spec })).failureBudget).toEqual({
    used: 2,
    allowed: 3,
  });
});

test("a step of the way back says so", () => {
  const steps = [aStep({ rollback: true }), aStep({})];
  expect(deploymentView(aDeployment({ steps })).steps.map(({ rollback }) => rollback)).toEqual([true, false]);
});

test("progress counts the steps that are over, of those that are not skipped", () => {
  const statuses = ["succeeded", "failed", "skipped", "running", "pending"] as const;
  const steps = statuses.map((status) => aStep({ status }));
  expect(deploymentView(aDeployment({ steps })).progress).toEqual({ done: 2, total: 4 });
});

test("the cost says what all that was used is worth", () => {
  const transitions = { ...NO_COST, stateTransitions: 17, sdkCalls: 40, writes: 21 };
  expect(deploymentView(aDeployment({ cost: transitions })).cost).toEqual({
    ...transitions,
    dollars: 0.000425,
  });
  const cost = {
    ...transitions,
    lambdaCalls: 10,
    lambdaMilliseconds: 40_000.4,
    lambdaGibSeconds: 10,
    readUnits: 40,
    writeUnits: 80,
  };
  const shown = { ...cost, lambdaMilliseconds: 40_001, dollars: 0.000615 };
  expect(deploymentView(aDeployment({ cost })).cost).toEqual(shown);
});

test("a place in the queue is shown only where there is one", () => {
  expect(deploymentView(aDeployment({ status: "queued" }), 2).queuePosition).toBe(2);
});

const replica: Replica = {
  id: "web-1",
  version: "v1",
  health: "healthy",
  address: "127.0.1.1:8080",
  startedAt: null,
  detail: "GET /healthz answered 200",
};

const target: Target = {
  app: "shop",
  environment: "prod",
  kind: "server",
  release: "v1",
  history: ["v1"],
  desired: 3,
  lock: { owner: "dep_1", since: "2026-01-05T12:00:00.000Z" },
  queue: ["dep_2"],
  degraded: null,
  drift: [],
  revision: 7,
  endpoint: "http://127.0.0.1:8000",
  replicas: [replica, { ...replica, id: "web-2", version: null }],
  traffic: [{ version: "v1", percent: 100 }],
  observedAt: "2026-01-05T12:00:00.000Z",
};

test("a target shows its snapshot, without hosts that carry nothing", () => {
  expect(targetView(target)).toEqual({
    app: "shop",
    environment: "prod",
    kind: "server",
    endpoint: "http://127.0.0.1:8000",
    release: "v1",
    desired: 3,
    replicas: [{ id: "web-1", version: "v1", health: "healthy", address: "127.0.1.1:8080", startedAt: null }],
    traffic: [{ version: "v1", percent: 100 }],
    activeDeployment: "dep_1",
    queue: ["dep_2"],
    degraded: null,
    drift: [],
    observedAt: "2026-01-05T12:00:00.000Z",
  });
});

test("a healing run that holds the lock is no active deployment", () => {
  const healing = { ...target, lock: { owner: "heal_1", since: "" } };
  expect(targetView(healing).activeDeployment).toBe(null);
});

test("a live look replaces the snapshot", () => {
  const fleet = { ...EMPTY_FLEET, drift: ["The function URL is gone."] };
  expect(targetView(target, { fleet, observedAt: "2026-01-05T13:00:00.000Z" })).toMatchObject({
    endpoint: null,
    replicas: [],
    traffic: [],
    drift: ["The function URL is gone."],
    observedAt: "2026-01-05T13:00:00.000Z",
    release: "v1",
  });
});
