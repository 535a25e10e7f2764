// What the API is handed on Lambda.
import type { ApiDeps } from "#functions/api/deps.ts";
import { artifactBucket } from "./artifact-bucket.ts";
import { controlDeps } from "./control.ts";
import { driverFunctions } from "./driver-functions.ts";
import { readSettings, required } from "./settings.ts";

/** The API itself has 30 seconds. */
const DRIVER_SECONDS = 25;

/** `webFolder`: where the console's built files lie beside the handler. */
export function apiDeps(env: NodeJS.ProcessEnv, webFolder: URL): ApiDeps {
  const settings = readSettings(env);
  return {
    ...controlDeps(settings, "api"),
    drivers: driverFunctions(settings.driverPrefix, DRIVER_SECONDS),
    artifacts: artifactBucket(settings.bucket),
    adminTokenSha256: required(env, "TUTTI_ADMIN_TOKEN_SHA256").toLowerCase(),
    webFolder,
  };
}
