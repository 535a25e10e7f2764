// The manifest as a schema: which keys there are, of what shape, with the words that editors show. It checks each
// block alone; what blocks ask of each other, and what a kind can do, is in rules.ts.
import * as z from "zod";
import { KINDS } from "../domain/kind.ts";
import { amount, amountFromOne } from "./amounts.ts";
import { healingSchema } from "./healing-schema.ts";
import { healthSchema } from "./health-schema.ts";
import { hookSchema, hooksSchema } from "./hooks-schema.ts";
import {
  buildSchema,
  capacityProviderSchema,
  containerSchema,
  functionSchema,
  resourcesSchema,
  serverSchema,
  vmSchema,
} from "./kind-schemas.ts";
import { scalingSchema } from "./scaling-schema.ts";
import { scheduleSchema, schedulesSchema } from "./schedules-schema.ts";
import { onSecretRotationSchema, secretsSchema, variableNameSchema } from "./secrets-schema.ts";
import { volumeSchema, volumesSchema } from "./volumes-schema.ts";

/** A name that is safe in host names, paths, unit names and ARNs. */
const APP_NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;
const ENVIRONMENT_NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const ONE_LINE = /^[ -~\u00a0-\uffff]+$/;

export const appNameSchema = z
  .string()
  .regex(
    APP_NAME,
    "must be 2 to 40 lower-case letters, digits or hyphens, from a letter to a letter or digit",
  );

export const environmentNameSchema = z
  .string()
  .regex(
    ENVIRONMENT_NAME,
    "must be at most 30 lower-case letters, digits or hyphens, from a letter to a letter or digit",
  );

const weightsSchema = z
  .array(z.int().min(1).max(100))
  .min(1, "must have at least one weight: the last one is 100")
  .superRefine((weights, context) => {
    const rises = weights.every((weight, index) => index === 0 || weight > weights[index - 1]!);
    if (!rises || weights.at(-1) !== 100) {
      context.addIssue({
        code: "custom",
        message: `must rise and end at 100, not ${JSON.stringify(weights)}`,
      });
    }
  });

/** CloudWatch, PutMetricAlarm: up to 255 characters, no control characters. */
const ALARM_NAME = /^[ -~\u00a0-\uffff]{1,255}$/;

const alarmsSchema = z
  .array(z.string().regex(ALARM_NAME, "must be the name of an alarm: 1 to 255 characters, on one line"))
  .max(10, "must be at most 10 alarms")
  .superRefine((names, context) => {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: "custom", message: `must name each alarm once, not ${twice} twice` });
  });

export const rolloutSchema = z
  .strictObject({
    strategy: z
      .enum(["rolling", "canary", "blueGreen", "allAtOnce"])
      .optional()
      .describe(
        "server: rolling (default), allAtOnce. vm: rolling (default), blueGreen, allAtOnce. container: rolling (default), blueGreen, canary, allAtOnce. function: canary (default), allAtOnce.",
      ),
    batch: z
      .union([amountFromOne, z.array(amountFromOne).min(1, "must have at least one entry").max(100)], {
        error: (issue) =>
          `must be a whole number, a percentage such as "25%", or a list of them, not ${JSON.stringify(issue.input)}`,
      })
      .optional()
      .describe(
        "Replicas per batch: n, a percentage, or a list whose last entry repeats. Default 1; on containers it caps the surge.",
      ),
    maxSurge: amount
      .optional()
      .describe("Copies above the desired count. Default 1; servers are updated in place: 0."),
    maxUnavailable: amount
      .optional()
      .describe("Copies below the desired count. Default 0; on servers the largest batch, and its cap."),
    maxFailures: amount
      .optional()
      .describe(
        "Failed replicas tolerated in the whole deployment, unreachable ones counted, and never all of them. Default 0.",
      ),
    weights: weightsSchema
      .optional()
      .describe("Percent of traffic after each shift of a canary or blueGreen. Default [10, 50, 100]."),
    bakeSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe("Watch for so long after each step. Default 0."),
    drainSeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe("Deregistration delay of the load balancer. Default 10."),
    deadlineSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe("No progress for so long acts as onFailure says. Default 600."),
    approval: z
      .enum(["none", "before", "eachStep"])
      .optional()
      .describe("Whether a person must approve. Default none."),
    minApprovers: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        "So many different callers must approve, and none of them may be the one who asked. Where it is left out one approval will do, whoever gives it.",
      ),
    approvalSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe("An approval that nobody gives for so long is a rejection. Default 86400, a day."),
    onFailure: z
      .enum(["rollback", "pause"])
      .optional()
      .describe("What a failed rollout does. Default rollback."),
    onConflict: z
      .enum(["queue", "reject", "supersede"])
      .optional()
      .describe("What happens while another deployment of the target runs. Default queue."),
    alarms: alarmsSchema
      .optional()
      .describe(
        "CloudWatch alarms by name: one that begins to fire acts as onFailure says. One that fires already is told and ignored. Default none.",
      ),
  })
  .describe("How a release is rolled out.");

const configSchema = z
  .record(
    variableNameSchema,
    z
      .string({
        error: (issue) =>
          typeof issue.input === "number" || typeof issue.input === "boolean"
            ? `must be a string: write "${issue.input}" with quotes`
            : undefined,
      })
      .max(32_768)
      // A NUL ends a string in every process environment.
      .refine((text) => !text.includes("\0"), "must not contain a NUL character"),
  )
  .describe("Environment variables of the app. Values are strings.");

const connectSchema = z
  .array(appNameSchema)
  .max(50, "must be at most 50 apps")
  .superRefine((names, context) => {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: "custom", message: `must name each app once, not ${twice} twice` });
  })
  .describe("Apps that it speaks to: `orders` gives it ORDERS_URL, their endpoint in the same environment.");

const allowSchema = z
  .array(
    z
      .string()
      .regex(
        /^(\*|[a-z][a-z0-9-]{0,38}[a-z0-9])$/,
        'must be the name of an app, or "*" for any that connects',
      ),
  )
  .min(1, "must name at least one app: leave it out to let everyone call")
  .max(50, "must be at most 50 apps")
  .superRefine((names, context) => {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: "custom", message: `must name each app once, not ${twice} twice` });
  })
  .describe(
    'Apps of the same environment that may call it, held by the middleware tutti-identity; "*": any app that connects to it. Default: everyone.',
  );

/** What the app and each of its environments may say. */
const settings = {
  start: z
    .string()
    .max(1000)
    .regex(ONE_LINE, "must be one line, and not empty")
    .optional()
    .describe(
      "Command line of the app, run in the unpacked release as an ordinary user. Needed on servers and vms.",
    ),
  port: z
    .int()
    .min(1024, "must be at least 1024: the app runs as an ordinary user")
    .max(65_535)
    .optional()
    .describe("Port that the app listens on, given to it as PORT. Default 8080."),
  replicas: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe("How many copies run. Default 1; with scaling its min."),
  health: healthSchema.optional(),
  rollout: rolloutSchema.optional(),
  healing: healingSchema.optional(),
  hooks: hooksSchema.optional(),
  schedules: schedulesSchema.optional(),
  scaling: scalingSchema.optional(),
  config: configSchema.optional(),
  secrets: secretsSchema.optional(),
  onSecretRotation: onSecretRotationSchema.optional(),
  connect: connectSchema.optional(),
  allow: allowSchema.optional(),
  volumes: volumesSchema.optional(),
  server: serverSchema.optional(),
  vm: vmSchema.optional(),
  build: buildSchema.optional(),
  container: containerSchema.optional(),
  resources: resourcesSchema.optional(),
  function: functionSchema.optional(),
  autoDeploy: z
    .boolean()
    .optional()
    .describe("Deploy by itself when an artifact lands in the bucket. Default false."),
};

const overlaySchema = z
  .strictObject(settings)
  .describe("What is different in this environment: lists replace, blocks are merged key by key.");

export const manifestSchema = z.strictObject({
  app: appNameSchema.describe("The app's name."),
  kind: z.enum(KINDS).describe("What the app runs as."),
  ...settings,
  environments: z.record(environmentNameSchema, overlaySchema).optional().describe("Per environment."),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Overlay = z.infer<typeof overlaySchema>;
export type RolloutOverride = z.infer<typeof rolloutSchema>;

/** The keys of each block by its path, for naming the nearest one. */
export const KNOWN_KEYS: Record<string, string[]> = {
  "": Object.keys(manifestSchema.shape),
  overlay: Object.keys(settings),
  health: Object.keys(healthSchema.shape),
  rollout: Object.keys(rolloutSchema.shape),
  healing: Object.keys(healingSchema.shape),
  hooks: Object.keys(hooksSchema.shape),
  schedules: Object.keys(scheduleSchema.shape),
  volumes: Object.keys(volumeSchema.shape),
  scaling: Object.keys(scalingSchema.shape),
  "hooks.before": Object.keys(hookSchema.shape),
  "hooks.afterStep": Object.keys(hookSchema.shape),
  "hooks.after": Object.keys(hookSchema.shape),
  server: Object.keys(serverSchema.shape),
  vm: Object.keys(vmSchema.shape),
  build: Object.keys(buildSchema.shape),
  container: Object.keys(containerSchema.shape),
  "container.capacityProviders": Object.keys(capacityProviderSchema.shape),
  resources: Object.keys(resourcesSchema.shape),
  function: Object.keys(functionSchema.shape),
};
