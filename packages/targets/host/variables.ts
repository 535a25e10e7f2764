// What the scripts about an app on a host are told, whichever kind sends them: whom they are about, how its health is
// judged, its environment file and its start line.
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import { environmentLine } from "./quote.ts";
import { secretLines, secretVariables } from "./secrets.ts";

/** How long one call watches a start; a slower one is watched again. */
const WATCH_SECONDS = 15;
const LOCK_SECONDS = 20;

export type Who = Pick<TargetContext, "app" | "environment" | "spec">;

/** Where the app lives and whom it runs as. */
export type Home = { directory: string; user: string };

export function commonVariables(
  { app, environment, spec }: Who,
  { directory, user }: Home,
): Record<string, string> {
  const { health } = spec;
  return {
    APP: app,
    ENVIRONMENT: environment.name,
    DIRECTORY: directory,
    RUN_USER: user,
    HEALTH_PATH: health.path,
    HEALTH_TIMEOUT: String(health.timeoutSeconds),
    HEALTH_INTERVAL: String(health.intervalSeconds),
    // Behind a balancer, one success here lets it look for itself; without one, the policy is held here.
    HEALTHY_NEEDED: String(environment.loadBalancer ? 1 : health.healthyThreshold),
    PROBE_PAUSE: String(Math.min(health.intervalSeconds, 0.2)),
    GRACE_SECONDS: String(Math.ceil(health.graceSeconds)),
    BROKEN_AFTER_SECONDS: String(brokenAfterSeconds(spec)),
    WATCH_SECONDS: String(WATCH_SECONDS),
    LOCK_SECONDS: String(LOCK_SECONDS),
  };
}

/** `START_FILE` and `ENVIRONMENT_LINES`, what is secret by reference, and what the release is called. `region`: of the secrets. Throws `invalid_input` without a start line. */
export function releaseVariables(
  { app, environment, spec }: Who,
  release: Release,
  region: string,
): Record<string, string> {
  if (!spec.start) throw wrongAt("start", `a ${spec.kind} needs the command line that starts it.`);
  const own = {
    TUTTI_APP: app,
    TUTTI_ENVIRONMENT: environment.name,
    TUTTI_VERSION: release.version,
    TUTTI_RELEASE: release.id,
  };
  const lines = Object.entries({ ...spec.config, ...own }).map(([name, value]) =>
    environmentLine(name, value),
  );
  return {
    RELEASE: release.id,
    VERSION: release.version,
    PORT: String(spec.port),
    START_FILE: startFile(spec.start, secretLines(spec)),
    ...secretVariables(spec, region),
    ENVIRONMENT_LINES: lines.join("").trimEnd(),
  };
}

/** Unhealthy for its grace and then for the whole threshold: a copy that never answered well is broken. */
function brokenAfterSeconds({ health }: Spec): number {
  return Math.ceil(health.graceSeconds + health.unhealthyThreshold * health.intervalSeconds);
}

/** One command takes the shell's place, so that the supervisor's signals reach it; anything more is left to the shell. */
function startFile(start: string, secrets: string): string {
  const simple = !/[;&|<>(){}\n#]/.test(start) && !/^\s*[A-Za-z_]\w*=/.test(start);
  return `#!/bin/sh
if [ -n "$TUTTI_ENV_FILE" ]; then set -a; . "$TUTTI_ENV_FILE"; set +a; fi
${secrets}${simple ? "exec " : ""}${start}`;
}
