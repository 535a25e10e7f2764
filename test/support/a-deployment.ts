// Builders: whole, valid things of the domain, so that what a test sets is what matters to it.
import { NO_COST } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";

export function aSpec(overrides: Partial<Spec> = {}): Spec {
  return {
    app: "shop",
    kind: "server",
    start: "node app.js",
    port: 8080,
    replicas: 3,
    health: {
      path: "/healthz",
      intervalSeconds: 1,
      timeoutSeconds: 1,
      healthyThreshold: 1,
      unhealthyThreshold: 2,
      graceSeconds: 5,
    },
    rollout: aRollout(),
    config: {},
    vm: { keepSeconds: 0 },
    container: { launchType: "FARGATE", capacityProviders: [], placement: "spread" },
    resources: { cpu: 0.25, memoryMiB: 512 },
    server: { pool: "web", supervisor: "systemd", setup: false },
    function: { handler: "index.handler", runtime: "nodejs24.x", memoryMiB: 128, timeoutSeconds: 5 },
    autoDeploy: false,
    ...overrides,
  };
}

export function aRollout(overrides: Partial<Spec["rollout"]> = {}): Spec["rollout"] {
  return {
    strategy: "rolling",
    batch: 1,
    maxSurge: 0,
    maxUnavailable: 1,
    maxFailures: 0,
    weights: [],
    bakeSeconds: 0,
    drainSeconds: 0,
    deadlineSeconds: 600,
    approval: "none",
    approvalSeconds: 86_400,
    onFailure: "rollback",
    onConflict: "queue",
    alarms: [],
    ...overrides,
  };
}

export function aStep(overrides: Partial<Step> = {}): Step {
  return {
    type: "batch",
    label: "Install v2 on a",
    replicas: ["a"],
    action: "install",
    version: "v2",
    index: 0,
    status: "pending",
    startedAt: null,
    endedAt: null,
    ...overrides,
  };
}

export function aDeployment(overrides: Partial<Deployment> = {}): Deployment {
  return {
    id: "dep_1",
    app: "shop",
    environment: "prod",
    kind: "server",
    version: "v2",
    previousVersion: "v1",
    status: "running",
    reason: "",
    revision: 1,
    createdAt: "2026-01-05T12:00:00.000Z",
    startedAt: "2026-01-05T12:00:00.000Z",
    endedAt: null,
    createdBy: "ann",
    trigger: "api",
    steps: [],
    health: { healthy: 0, unhealthy: 0, desired: 3 },
    failures: [],
    spec: aSpec(),
    generation: 1,
    rounds: 0,
    intent: null,
    taskToken: null,
    progressAt: "2026-01-05T12:00:00.000Z",
    stepState: null,
    watches: {},
    bakedSeconds: 0,
    changed: false,
    ending: null,
    eventSeq: 0,
    cost: NO_COST,
    ...overrides,
  };
}

export function aRelease(version: string, manifest: Record<string, unknown> = {}): Release {
  return {
    id: `rel_${version}`,
    app: "shop",
    version,
    artifact: { uri: `s3://artifacts/${version}.tar.gz`, sha256: version },
    manifest: { app: "shop", kind: "server", start: "node app.js", port: 8080, replicas: 3, ...manifest },
    createdAt: "2026-01-05T12:00:00.000Z",
    createdBy: "ann",
  };
}
