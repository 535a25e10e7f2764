// What the API is handed on Lambda.

import type { ApiDeps } from "#functions/api/deps.ts";
import { issuerKeys } from "#functions/api/oidc/issuer-keys.ts";
import { controlDeps } from "./control.ts";
import { hookSecrets } from "./hook-secrets.ts";
import { issuerDocuments } from "./issuer-documents.ts";
import { functionMeter } from "./meter.ts";
import { rateLimits } from "./rate-limits.ts";
import { schedulePlatform } from "./schedules.ts";
import { readSettings, required, type Settings } from "./settings.ts";
import { newTraceId } from "./trace-ids.ts";
import { whenAsked } from "./when-asked.ts";

/** The API itself has 30 seconds. */
const DRIVER_SECONDS = 25;

/** `webFolder`: where the console's built files lie beside the handler. */
export function apiDeps(env: NodeJS.ProcessEnv, webFolder: URL): ApiDeps {
  const settings = readSettings(env);
  const control = { ...controlDeps(settings, "api", functionMeter(env)), newTraceId };
  return {
    ...control,
    ...askedOfFew(env, settings),
    schedules: schedulePlatform(env),
    hookSecrets: hookSecrets(required(env, "TUTTI_HOOK_SECRET_PREFIX")),
    targetAccounts: (env.TUTTI_TARGET_ACCOUNTS ?? "").split(",").filter((id) => id !== ""),
    inNetwork: Boolean(env.TUTTI_SUBNET_IDS),
    adminTokenSha256: required(env, "TUTTI_ADMIN_TOKEN_SHA256").toLowerCase(),
    issuerKeys: issuerKeys({
      documents: issuerDocuments(env.TUTTI_OIDC_TRUSTED_ORIGINS ?? ""),
      clock: control.clock,
      log: control.log,
    }),
    rateLimits: rateLimits(env),
    webFolder,
  };
}

/** Reading needs none of these. */
function askedOfFew(env: NodeJS.ProcessEnv, { bucket, driverPrefix }: Settings) {
  const [trainArn, healArn] = [required(env, "TUTTI_TRAIN_ARN"), required(env, "TUTTI_HEAL_ARN")];
  const host = required(env, "TUTTI_REGISTRY");
  const repositories = required(env, "TUTTI_IMAGE_REPOSITORY_PREFIX");
  const project = required(env, "TUTTI_IMAGE_PROJECT");
  const events = required(env, "TUTTI_EVENT_PREFIX");
  return {
    trainExecutions: whenAsked(async () => (await import("./executions.ts")).trainWorkflow(trainArn)),
    healExecutions: whenAsked(async () => (await import("./executions.ts")).healWorkflow(healArn)),
    drivers: whenAsked(async () =>
      (await import("./driver-functions.ts")).driverFunctions(driverPrefix, DRIVER_SECONDS),
    ),
    artifacts: whenAsked(async () => (await import("./artifact-bucket.ts")).artifactBucket(bucket), {
      name: bucket,
    }),
    registry: whenAsked(
      async () => (await import("./image-registry.ts")).elasticRegistry(host, repositories),
      { host },
    ),
    imageBuilds: whenAsked(async () => (await import("./image-builds.ts")).codeBuilds(project)),
    eventFunctions: whenAsked(async () => (await import("./event-functions.ts")).eventFunctions(events)),
  };
}
