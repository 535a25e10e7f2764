// What the API is handed on Lambda.

import type { ApiDeps } from "#functions/api/deps.ts";
import { issuerKeys } from "#functions/api/oidc/issuer-keys.ts";
import { artifactBucket } from "./artifact-bucket.ts";
import { controlDeps } from "./control.ts";
import { driverFunctions } from "./driver-functions.ts";
import { eventFunctions } from "./event-functions.ts";
import { healWorkflow, trainWorkflow } from "./executions.ts";
import { hookSecrets } from "./hook-secrets.ts";
import { buildsWhenAsked, registryWhenAsked } from "./images-when-asked.ts";
import { issuerDocuments } from "./issuer-documents.ts";
import { functionMeter } from "./meter.ts";
import { rateLimits } from "./rate-limits.ts";
import { schedulePlatform } from "./schedules.ts";
import { readSettings, required } from "./settings.ts";
import { newTraceId } from "./trace-ids.ts";

/** The API itself has 30 seconds. */
const DRIVER_SECONDS = 25;

/** `webFolder`: where the console's built files lie beside the handler. */
export function apiDeps(env: NodeJS.ProcessEnv, webFolder: URL): ApiDeps {
  const settings = readSettings(env);
  const control = { ...controlDeps(settings, "api", functionMeter(env)), newTraceId };
  return {
    ...control,
    trainExecutions: trainWorkflow(required(env, "TUTTI_TRAIN_ARN")),
    healExecutions: healWorkflow(required(env, "TUTTI_HEAL_ARN")),
    drivers: driverFunctions(settings.driverPrefix, DRIVER_SECONDS),
    artifacts: artifactBucket(settings.bucket),
    registry: registryWhenAsked(
      required(env, "TUTTI_REGISTRY"),
      required(env, "TUTTI_IMAGE_REPOSITORY_PREFIX"),
    ),
    imageBuilds: buildsWhenAsked(required(env, "TUTTI_IMAGE_PROJECT")),
    eventFunctions: eventFunctions(required(env, "TUTTI_EVENT_PREFIX")),
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
