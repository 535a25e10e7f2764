// A train: the request for one, what the API shows of it, and its dry run.
import * as z from "zod";
import { END_STATUSES } from "#core/domain/deployment.ts";
import { MEMBER_STATUSES } from "#core/domain/train.ts";
import { TRAIN, TRAIN_DEPLOYMENT, TRAIN_MEMBER, TRAIN_PLAN, TRAIN_REQUEST } from "../examples/deployments.ts";
import { costView, rolloutOverride } from "./deployment.ts";
import { appName, environmentName, instantText, versionText } from "./names.ts";
import { planView } from "./plan.ts";

const MOST_STOPS = 20;
const MOST_SIDE_BY_SIDE = 20;
/** Of one train; the API plans them all within one call. */
export const MOST_DEPLOYMENTS = 40;

const trainDeployment = z
  .strictObject({
    app: appName,
    environment: environmentName,
    version: versionText,
    rollout: rolloutOverride.optional(),
    onConflict: z.enum(["queue", "reject", "supersede"]).optional(),
  })
  .meta({ id: "TrainDeployment", example: TRAIN_DEPLOYMENT });

export const trainBody = z
  .strictObject({
    name: z.string().min(1).max(100).optional().meta({ description: "What people call it" }),
    stops: z
      .array(
        z.union([trainDeployment, z.array(trainDeployment).min(1).max(MOST_SIDE_BY_SIDE)], {
          error: "must be a deployment {app, environment, version}, or a list of those that run side by side",
        }),
      )
      .min(1)
      .max(MOST_STOPS)
      .meta({
        description: `In order; a list runs side by side. At most ${MOST_DEPLOYMENTS} deployments in all`,
      }),
    dryRun: z.boolean().optional(),
  })
  .meta({ id: "TrainRequest", example: TRAIN_REQUEST });

export type TrainBody = z.output<typeof trainBody>;

export const trainStatusText = z.enum(["running", "rolling_back", ...END_STATUSES]);

const memberView = z
  .object({
    app: z.string(),
    environment: z.string(),
    version: z.string(),
    previousVersion: z.string().nullable().describe("What it goes back to; null: it is removed again"),
    status: z.enum(MEMBER_STATUSES),
    deployment: z.string().nullable().describe("Id of its deployment, once it is its turn"),
    rollback: z.string().nullable().describe("Id of the deployment that puts it back"),
    reason: z.string(),
  })
  .meta({ id: "TrainMember", example: TRAIN_MEMBER });

export const trainView = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: trainStatusText,
    reason: z.string(),
    revision: z.int(),
    createdAt: instantText,
    endedAt: instantText.nullable(),
    createdBy: z.string(),
    traceId: z.string().optional().describe("Of the W3C trace that it and its deployments belong to"),
    cost: costView
      .extend({
        deploymentsDollars: z.number().describe("Of its deployments that have ended, by their receipts"),
      })
      .describe("What driving it took; each of its deployments has a receipt of its own"),
    stops: z.array(z.object({ index: z.int(), deployments: z.array(memberView) })),
    progress: z.object({ done: z.int(), total: z.int() }),
    allowedActions: z.array(z.enum(["abort"])),
  })
  .meta({ id: "Train", example: TRAIN });

export type TrainView = z.output<typeof trainView>;

export const trainPlanView = z
  .object({
    name: z.string().nullable(),
    dryRun: z.literal(true),
    stops: z.array(z.object({ index: z.int(), deployments: z.array(planView) })),
    estimatedSeconds: z.number().describe("Stop after stop, each as long as its slowest deployment"),
    estimatedDollars: z.number(),
  })
  .meta({ id: "TrainPlan", example: TRAIN_PLAN });

export type TrainPlanView = z.output<typeof trainPlanView>;

export const trainParams = z.object({
  id: z.string().min(1).max(100).meta({ description: "Id of a train" }),
});
