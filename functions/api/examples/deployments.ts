// A deployment of the document's story, in the middle of its way, and what surrounds it.
import { CREATED_AT, ENDED_AT, RELEASE, RELEASE_REQUEST, STARTED_AT } from "./apps.ts";

export const STEP = {
  index: 0,
  type: "batch",
  label: "v2 on web-1",
  status: "succeeded",
  replicas: ["web-1"],
  startedAt: STARTED_AT,
  endedAt: "2026-11-26T12:00:09.000Z",
  rollback: false,
  action: "install",
  version: "v2",
};

const NEXT_STEP = {
  ...STEP,
  index: 1,
  label: "v2 on web-2",
  status: "running",
  replicas: ["web-2"],
  startedAt: "2026-11-26T12:00:09.000Z",
  endedAt: null,
};

export const DEPLOYMENT = {
  id: "dep_01kaz5",
  app: "storefront",
  environment: "prod",
  kind: "server",
  version: "v2",
  previousVersion: "v1",
  status: "running",
  reason: "",
  revision: 7,
  createdAt: CREATED_AT,
  startedAt: STARTED_AT,
  endedAt: null,
  createdBy: "ci storefront",
  trigger: "api",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  steps: [STEP, NEXT_STEP],
  progress: { done: 1, total: 2 },
  health: { healthy: 3, unhealthy: 0, desired: 3 },
  failures: [],
  failureBudget: { used: 0, allowed: 0 },
  allowedActions: ["pause", "abort"],
  cost: {
    stateTransitions: 7,
    sdkCalls: 12,
    writes: 6,
    lambdaCalls: 3,
    lambdaMilliseconds: 7420,
    lambdaGibSeconds: 1.855,
    readUnits: 14,
    writeUnits: 31,
    dollars: 0.000229,
  },
};

export const DEPLOYMENT_REQUEST = { environment: "prod", version: "v2" };
export const ROLLBACK_REQUEST = { environment: "prod", version: "v1" };
export const RESTART_REQUEST = { override: { reason: "it leaks, and the sale goes on" } };
export const ROLLOUT_OVERRIDE = { batch: 2, bakeSeconds: 30 };
export const ACTION_REQUEST = { reason: "looks good on the dashboard" };

export const EVENT = {
  seq: 4,
  at: "2026-11-26T12:00:09.000Z",
  type: "replica",
  message: "web-1 is healthy on v2.",
  step: 0,
  replica: "web-1",
};

export const PLANNED_STEP = { index: 0, type: "batch", label: "v2 on web-1", replicas: ["web-1"] };

export const CONFIG_CHANGE = { name: "GREETING", secret: false, from: "Hello", to: "Hello, World!" };
export const SIZE_CHANGE = { name: "resources.memoryMiB", from: "256", to: "512" };

export const PLAN = {
  app: "storefront",
  environment: "prod",
  kind: "server",
  version: "v2",
  previousVersion: "v1",
  dryRun: true,
  desired: 3,
  steps: [PLANNED_STEP],
  lowestHealthy: 2,
  estimatedSeconds: 17,
  estimatedCost: {
    stateTransitions: 11,
    lambdaCalls: 3,
    lambdaMilliseconds: 17_000,
    lambdaGibSeconds: 4.25,
    readUnits: 24,
    writeUnits: 48,
  },
  estimatedDollars: 0.00038,
  config: [CONFIG_CHANGE],
  sizes: [SIZE_CHANGE],
  notes: [],
};

export const HOOK_REQUEST = { ...RELEASE_REQUEST, environment: "prod" };
export const HOOK_ANSWER = { release: RELEASE, deployments: [DEPLOYMENT], refused: [] };

const { app, environment, version } = DEPLOYMENT;

export const TRAIN_DEPLOYMENT = { app, environment, version };
export const TRAIN_REQUEST = {
  name: "spring",
  stops: [
    TRAIN_DEPLOYMENT,
    [
      { app: "orders", environment, version },
      { app: "billing", environment, version },
    ],
  ],
};

export const TRAIN_MEMBER = {
  ...TRAIN_DEPLOYMENT,
  previousVersion: "v1",
  status: "succeeded",
  deployment: "dep_01kaz5",
  rollback: null,
  reason: "",
};

export const TRAIN = {
  id: "train_01kaz6",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  name: "spring",
  status: "succeeded",
  reason: "All of it runs.",
  revision: 5,
  createdAt: CREATED_AT,
  endedAt: ENDED_AT,
  createdBy: "ci storefront",
  cost: { ...DEPLOYMENT.cost, stateTransitions: 5, dollars: 0.000139, deploymentsDollars: 0.000412 },
  stops: [{ index: 0, deployments: [TRAIN_MEMBER] }],
  progress: { done: 1, total: 1 },
  allowedActions: [],
};

export const TRAIN_PLAN = {
  name: "spring",
  dryRun: true,
  stops: [{ index: 0, deployments: [PLAN] }],
  estimatedSeconds: 17,
  estimatedDollars: 0.000412,
};
