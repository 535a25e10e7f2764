// What the functions behind events are handed on Lambda.

import type { ControlDeps, SweepDeps } from "#engine/deps.ts";
import type { ArtifactDeps } from "#functions/events/artifact-event.ts";
import type { ImageDeps } from "#functions/events/image-event.ts";
import { artifactBucket } from "./artifact-bucket.ts";
import { controlDeps } from "./control.ts";
import { driverFunctions } from "./driver-functions.ts";
import { type EventFunctions, eventFunctions } from "./event-functions.ts";
import { healWorkflow, trainWorkflow } from "./executions.ts";
import { elasticRegistry } from "./image-registry.ts";
import { functionMeter } from "./meter.ts";
import { type SchedulePlatform, schedulePlatform } from "./schedules.ts";
import { readSettings, required } from "./settings.ts";
import { newTraceId } from "./trace-ids.ts";

/** A repair may restart an app and wait for it. */
const HEAL_SECONDS = 120;

export function artifactDeps(env: NodeJS.ProcessEnv): ArtifactDeps {
  const settings = readSettings(env);
  return {
    ...controlDeps(settings, "events-artifact", functionMeter(env)),
    newTraceId,
    artifacts: artifactBucket(settings.bucket),
  };
}

export function imageDeps(env: NodeJS.ProcessEnv): ImageDeps {
  const repositoryPrefix = required(env, "TUTTI_IMAGE_REPOSITORY_PREFIX");
  return {
    ...controlDeps(readSettings(env), "events-image", functionMeter(env)),
    newTraceId,
    registry: elasticRegistry(required(env, "TUTTI_REGISTRY"), repositoryPrefix),
    repositoryPrefix,
  };
}

export function deployDeps(env: NodeJS.ProcessEnv): ControlDeps {
  return { ...controlDeps(readSettings(env), "events-deploy", functionMeter(env)), newTraceId };
}

export function scheduleDeps(env: NodeJS.ProcessEnv): ControlDeps {
  return { ...controlDeps(readSettings(env), "events-schedule", functionMeter(env)), newTraceId };
}

export function deadLetterDeps(env: NodeJS.ProcessEnv): ControlDeps {
  return controlDeps(readSettings(env), "events-dead-letter");
}

type Sweeping = SweepDeps & { schedules: SchedulePlatform; eventFunctions: EventFunctions };

export function sweepDeps(env: NodeJS.ProcessEnv): Sweeping {
  const settings = readSettings(env);
  return {
    ...controlDeps(settings, "events-sweep"),
    newTraceId,
    trainExecutions: trainWorkflow(required(env, "TUTTI_TRAIN_ARN")),
    healExecutions: healWorkflow(required(env, "TUTTI_HEAL_ARN")),
    drivers: driverFunctions(settings.driverPrefix, HEAL_SECONDS),
    schedules: schedulePlatform(env),
    eventFunctions: eventFunctions(required(env, "TUTTI_EVENT_PREFIX")),
  };
}
