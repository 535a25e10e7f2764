// The manifest as a schema: which keys there are, of what shape, with the words that editors show. It checks each
// block alone; what blocks ask of each other, and what a kind can do, is in merged-rules.ts and kind-rules.ts.
import * as z from "zod";
import { KINDS } from "../domain/kind.ts";
import { eachOnce } from "./each-once.ts";
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
import { rolloutSchema } from "./rollout-schema.ts";
import { customMetricSchema, scalingSchema } from "./scaling-schema.ts";
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
  .superRefine(eachOnce("app"))
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
  .superRefine(eachOnce("app"))
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
  "scaling.metric": Object.keys(customMetricSchema.shape),
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
