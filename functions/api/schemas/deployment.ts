// A deployment as the contract shows it, the request for one, its plan and its events.
import * as z from "zod";
import { END_STATUSES, OPEN_STATUSES, TRIGGERS } from "#core/domain/deployment.ts";
import { KINDS } from "#core/domain/kind.ts";
import { BATCH_ACTIONS } from "#core/domain/step.ts";
import { DEPLOYMENT_ACTIONS, type DeploymentAction } from "#core/rollout/statuses.ts";
import {
  ACTION_REQUEST,
  DEPLOYMENT,
  DEPLOYMENT_REQUEST,
  EVENT,
  RESTART_REQUEST,
  ROLLBACK_REQUEST,
  ROLLOUT_OVERRIDE,
  STEP,
} from "../examples/deployments.ts";
import { overrideText } from "../override.ts";
import { deploymentId, environmentName, instantText, versionText } from "./names.ts";

export const statusText = z.enum([...OPEN_STATUSES, ...END_STATUSES]);
const instantOrNull = instantText.nullable();

export const stepView = z
  .object({
    index: z.int(),
    type: z.enum(["prepare", "batch", "shift", "bake", "approval", "hook"]),
    label: z.string(),
    status: z.enum(["pending", "running", "succeeded", "failed", "skipped"]),
    replicas: z.array(z.string()),
    startedAt: instantOrNull,
    endedAt: instantOrNull,
    rollback: z.boolean().describe("It belongs to the way back."),
    action: z.enum(BATCH_ACTIONS).optional().describe("What a batch does with its replicas"),
    version: z
      .string()
      .nullable()
      .optional()
      .describe("That it brings its replicas to; null: takes them away"),
    leaving: z.array(z.string()).optional().describe("Copies whose place the new ones take"),
    weightPercent: z.number().optional().describe("Of traffic on the release after it"),
    seconds: z.number().optional().describe("How long it watches, or waits for an approval"),
    approvers: z.int().optional().describe("How many must approve"),
    approvals: z
      .array(z.object({ by: z.string(), at: instantText, reason: z.string().optional() }))
      .optional(),
  })
  .meta({ id: "Step", example: STEP });

/** What something has used so far. */
export const costView = z.object({
  stateTransitions: z.int(),
  sdkCalls: z.int().describe("To the platform"),
  writes: z.int().describe("Of its own record"),
  lambdaCalls: z.int(),
  lambdaMilliseconds: z.int(),
  lambdaGibSeconds: z.number(),
  readUnits: z.number().describe("Of DynamoDB, as it reports them"),
  writeUnits: z.number(),
  dollars: z.number(),
});

export const deploymentView = z
  .object({
    id: deploymentId,
    app: z.string(),
    environment: z.string(),
    kind: z.enum(KINDS),
    version: z.string(),
    previousVersion: z.string().nullable(),
    status: statusText,
    reason: z.string(),
    revision: z.int(),
    createdAt: instantText,
    startedAt: instantOrNull,
    endedAt: instantOrNull,
    createdBy: z.string(),
    trigger: z.enum(TRIGGERS),
    train: z.string().optional().describe("Id of the train that it belongs to"),
    traceId: z.string().optional().describe("Of the W3C trace that it is followed by, in the logs too"),
    steps: z.array(stepView),
    progress: z.object({ done: z.int(), total: z.int() }),
    health: z.object({ healthy: z.int(), unhealthy: z.int(), desired: z.int() }),
    failures: z.array(
      z.object({ replica: z.string(), reason: z.string(), at: instantText, drained: z.boolean() }),
    ),
    failureBudget: z
      .object({ used: z.int(), allowed: z.int() })
      .describe("Failed replicas, of those that may fail before it acts"),
    allowedActions: z.array(z.enum(DEPLOYMENT_ACTIONS)),
    cost: costView,
    override: z
      .object({ by: z.string(), reason: z.string() })
      .optional()
      .describe("An admin's word against a freeze"),
    queuePosition: z.int().optional().meta({ description: "From 1; only while it is queued" }),
  })
  .meta({ id: "Deployment", example: DEPLOYMENT });

export type DeploymentView = z.output<typeof deploymentView>;

export const eventView = z
  .object({
    seq: z.int(),
    at: instantText,
    type: z.enum(["status", "step", "replica", "failure", "traffic", "operator", "hook", "note"]),
    message: z.string(),
    step: z.int().optional(),
    replica: z.string().optional(),
    actor: z.string().optional(),
    status: statusText.optional().describe("The deployment's status from here on, where this changed it"),
  })
  .meta({ id: "DeploymentEvent", example: EVENT });

export type EventView = z.output<typeof eventView>;

/** A part of the manifest's `rollout`, for this deployment alone; checked against the manifest's own schema. */
export const rolloutOverride = z.record(z.string(), z.unknown()).meta({
  id: "RolloutOverride",
  example: ROLLOUT_OVERRIDE,
  description: "Keys of the manifest's rollout, for this deployment alone",
});

export const deploymentBody = z
  .strictObject({
    environment: environmentName,
    version: versionText,
    rollout: rolloutOverride.optional(),
    onConflict: z.enum(["queue", "reject", "supersede"]).optional(),
    dryRun: z.boolean().optional(),
    override: overrideText.optional(),
  })
  .meta({ id: "DeploymentRequest", example: DEPLOYMENT_REQUEST });

export const rollbackBody = z
  .strictObject({
    environment: environmentName,
    version: versionText.optional(),
    dryRun: z.boolean().optional(),
    override: overrideText.optional(),
  })
  .meta({ id: "RollbackRequest", example: ROLLBACK_REQUEST });

export const restartBody = z
  .strictObject({ override: overrideText.optional() })
  .meta({ id: "RestartRequest", example: RESTART_REQUEST })
  .optional();

export type Action = DeploymentAction;

export const actionParams = z.object({ id: deploymentId, action: z.enum(DEPLOYMENT_ACTIONS) });

export const actionBody = z
  .strictObject({ reason: z.string().max(500).optional() })
  .meta({ example: ACTION_REQUEST })
  .optional();
