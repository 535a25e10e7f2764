// The answer of a dry run: what a deployment would do, and what it would cost. Nothing has been changed.
import * as z from "zod";
import { KINDS } from "#core/domain/kind.ts";
import { CONFIG_CHANGE, PLAN, PLANNED_STEP, SIZE_CHANGE } from "../examples/deployments.ts";

const plannedStep = z
  .object({
    index: z.int(),
    type: z.enum(["prepare", "batch", "shift", "bake", "approval", "hook"]),
    label: z.string(),
    replicas: z.array(z.string()),
    weightPercent: z.number().optional(),
    seconds: z.number().optional(),
  })
  .meta({ id: "PlannedStep", example: PLANNED_STEP });

const configChange = z
  .object({
    name: z.string(),
    secret: z.boolean(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  })
  .meta({ id: "ConfigChange", example: CONFIG_CHANGE });

const sizeChange = z
  .object({
    name: z.string().meta({ description: "A key of the manifest, or `instance type`" }),
    from: z.string().nullable(),
    to: z.string().nullable(),
  })
  .meta({ id: "SizeChange", example: SIZE_CHANGE });

export const planView = z
  .object({
    app: z.string(),
    environment: z.string(),
    kind: z.enum(KINDS),
    version: z.string(),
    previousVersion: z.string().nullable(),
    dryRun: z.literal(true),
    desired: z.int(),
    steps: z.array(plannedStep),
    lowestHealthy: z.int().meta({ description: "The lowest count of healthy copies that it will allow" }),
    estimatedSeconds: z.number(),
    estimatedCost: z
      .object({
        stateTransitions: z.int(),
        lambdaCalls: z.int(),
        lambdaMilliseconds: z.int(),
        lambdaGibSeconds: z.number(),
        readUnits: z.number(),
        writeUnits: z.number(),
      })
      .describe("As the receipt (`cost` of a deployment) counts"),
    estimatedDollars: z.number(),
    config: z.array(configChange).meta({
      description: "What it changes in the app's environment variables; of a secret, the reference",
    }),
    sizes: z.array(sizeChange).meta({ description: "What it changes in the size of a copy" }),
    notes: z.array(z.string()),
  })
  .meta({ id: "Plan", example: PLAN });

export type PlanView = z.output<typeof planView>;
