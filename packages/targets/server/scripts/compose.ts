// Puts a script together: assignments at the top, what all share, the supervisor's part, the verb.
import type { ServerPool } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { PM2 } from "../supervisor/pm2.ts";
import { SYSTEMD } from "../supervisor/systemd.ts";
import { INSTALL } from "./install.ts";
import { LOOK, REMOVE, RESTART, WATCH } from "./look.ts";
import { PRELUDE } from "./prelude.ts";
import { environmentLine, shellAssignments, shellQuote } from "./quote.ts";
import { SETUP, SETUP_STEPS } from "./setup.ts";

/** Old releases kept on a host, the current one included; a pruned one is made again from its artifact. */
export const KEPT_RELEASES = 5;
/** How long one call watches a start; a slower one is watched again. */
const WATCH_SECONDS = 15;
const LOCK_SECONDS = 20;
const FETCH_SECONDS = 60;
/** Everything above, and the 20 s that the supervisor gives a process to stop. */
export const SCRIPT_SECONDS = 120;
/** Packages come from the distribution's mirrors, which take their time. */
export const SETUP_SECONDS = 150;
export const LOOK_SECONDS = 15;

const VERBS = {
  install: INSTALL,
  look: LOOK,
  watch: WATCH,
  restart: RESTART,
  remove: REMOVE,
  setup: SETUP,
};
export type Verb = keyof typeof VERBS;

type Who = Pick<TargetContext, "app" | "environment" | "spec">;

export function composeScript(
  verb: Verb,
  target: Who,
  pool: ServerPool,
  more: Record<string, string> = {},
): string {
  const supervisor = target.spec.server.supervisor === "pm2" ? PM2 : SYSTEMD;
  const variables = { ...commonVariables(target, pool), ...more };
  // One script for host and step: what makes the host ready goes ahead of what installs.
  const ahead = verb === "install" && target.spec.server.setup ? `${SETUP_STEPS}set_up </dev/null\n` : "";
  return `${shellAssignments(variables)}${PRELUDE}${supervisor}${ahead}${VERBS[verb]}`;
}

export function installVariables(target: Who, release: Release, link: string): Record<string, string> {
  const { spec, app, environment } = target;
  if (!spec.start)
    throw new TuttiError("invalid_input", "start: a server needs the command line that starts it.");
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
    SHA256: release.artifact.sha256 ?? "",
    URL: link,
    PORT: String(spec.port),
    START_FILE: startFile(spec.start),
    ENVIRONMENT_LINES: lines.join("").trimEnd(),
    KEEP: String(KEPT_RELEASES),
    FETCH_SECONDS: String(FETCH_SECONDS),
  };
}

function commonVariables({ app, environment, spec }: Who, pool: ServerPool): Record<string, string> {
  const { health } = spec;
  return {
    APP: app,
    ENVIRONMENT: environment.name,
    DIRECTORY: pool.directory,
    RUN_USER: pool.user,
    SUPERVISOR: spec.server.supervisor,
    RUNTIME: /^node\b/.test(spec.start ?? "") ? "node" : "",
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

/** Unhealthy for its grace and then for the whole threshold: a copy that never answered well is broken. */
function brokenAfterSeconds({ health }: Spec): number {
  return Math.ceil(health.graceSeconds + health.unhealthyThreshold * health.intervalSeconds);
}

/** One command takes the shell's place, so that the supervisor's signals reach it; anything more is left to the shell. */
function startFile(start: string): string {
  const simple = !/[;&|<>(){}\n#]/.test(start) && !/^\s*[A-Za-z_]\w*=/.test(start);
  return `#!/bin/sh
if [ -n "$TUTTI_ENV_FILE" ]; then set -a; . "$TUTTI_ENV_FILE"; set +a; fi
${simple ? "exec " : ""}${start}`;
}

/** The address that each host of one and the same script goes by: told in full for one, by SSM's own variable for several. */
export function hostLines(hosts: { address: string; instanceId?: string }[]): string {
  const [only] = hosts;
  if (hosts.length === 1) return shellAssignments({ HOST: only!.address });
  const cases = hosts.map(
    (host) => `${shellQuote(host.instanceId ?? "")}) HOST=${shellQuote(host.address)} ;;\n`,
  );
  return `case $AWS_SSM_INSTANCE_ID in\n${cases.join("")}esac\n`;
}
