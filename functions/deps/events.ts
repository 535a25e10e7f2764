// What the functions behind events are handed on Lambda.

import type { SweepDeps } from "#engine/deps.ts";
import type { ArtifactDeps } from "#functions/events/artifact-event.ts";
import { artifactBucket } from "./artifact-bucket.ts";
import { controlDeps } from "./control.ts";
import { driverFunctions } from "./driver-functions.ts";
import { readSettings } from "./settings.ts";

/** A repair may restart an app and wait for it. */
const HEAL_SECONDS = 120;

export function artifactDeps(env: NodeJS.ProcessEnv): ArtifactDeps {
  const settings = readSettings(env);
  return { ...controlDeps(settings, "events-artifact"), artifacts: artifactBucket(settings.bucket) };
}

export function sweepDeps(env: NodeJS.ProcessEnv): SweepDeps {
  const settings = readSettings(env);
  return {
    ...controlDeps(settings, "events-sweep"),
    drivers: driverFunctions(settings.driverPrefix, HEAL_SECONDS),
  };
}
