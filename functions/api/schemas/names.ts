// The names that stand in paths and filters. Each is safe in a file name, a host's path and a resource name.
import * as z from "zod";
import { appNameSchema, environmentNameSchema } from "#core/manifest/schema.ts";

export const appName = appNameSchema.meta({ description: "Name of an app", example: "storefront" });

export const environmentName = environmentNameSchema.meta({
  description: "Name of an environment",
  example: "prod",
});

export const versionText = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
    "must be 1 to 64 of letters, digits and ._+-, and begin with a letter or digit",
  )
  .meta({ description: "The user's own text for a release", example: "v1" });

export const deploymentId = z.string().min(1).max(100).meta({ description: "Id of a deployment" });

export const appParams = z.object({ app: appName });
export const environmentParams = z.object({ env: environmentName });
export const targetParams = z.object({ app: appName, env: environmentName });
export const deploymentParams = z.object({ id: deploymentId });

export const instantText = z.string().meta({ description: "ISO 8601 in UTC", format: "date-time" });
