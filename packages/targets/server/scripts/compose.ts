// Puts a script together: assignments at the top, what all share, the supervisor's part, the verb.
import type { ServerPool } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import { FETCH } from "#targets/host/fetch.ts";
import { LOOK, RESTART, WATCH } from "#targets/host/look.ts";
import { PRELUDE } from "#targets/host/prelude.ts";
import { shellAssignments, shellQuote } from "#targets/host/quote.ts";
import { SECRET_STEPS } from "#targets/host/secrets.ts";
import { SYSTEMD } from "#targets/host/systemd.ts";
import { commonVariables, releaseVariables, type Who } from "#targets/host/variables.ts";
import { PM2 } from "../supervisor/pm2.ts";
import { INSTALL } from "./install.ts";
import { REMOVE } from "./remove.ts";
import { SETUP_STEPS } from "./setup.ts";

/** Old releases kept on a host, the current one included; a pruned one is made again from its artifact. */
export const KEPT_RELEASES = 5;
const FETCH_SECONDS = 60;
/** Everything above, and the 20 s that the supervisor gives a process to stop. */
export const SCRIPT_SECONDS = 120;
/** Packages come from the distribution's mirrors, which take their time. */
export const SETUP_SECONDS = 150;
export const LOOK_SECONDS = 15;

const VERBS = {
  install: FETCH + SECRET_STEPS + INSTALL,
  look: LOOK,
  watch: WATCH,
  restart: RESTART,
  remove: REMOVE,
};
export type Verb = keyof typeof VERBS;

export function composeScript(
  verb: Verb,
  target: Who,
  pool: ServerPool,
  more: Record<string, string> = {},
): string {
  const supervisor = target.spec.server.supervisor === "pm2" ? PM2 : SYSTEMD;
  const variables = { ...commonVariables(target, pool), ...ownVariables(target.spec), ...more };
  // One script for host and step: what makes the host ready goes ahead of what installs.
  const ahead = verb === "install" && target.spec.server.setup ? `${SETUP_STEPS}set_up </dev/null\n` : "";
  return `${shellAssignments(variables)}${PRELUDE}${supervisor}${ahead}${VERBS[verb]}`;
}

export function installVariables(
  target: Who,
  release: Release,
  { link, region }: { link: string; region: string },
): Record<string, string> {
  return {
    ...releaseVariables(target, release, region),
    SHA256: release.artifact.sha256 ?? "",
    URL: link,
    KEEP: String(KEPT_RELEASES),
    FETCH_SECONDS: String(FETCH_SECONDS),
  };
}

/** Secrets are read by Node, whatever the app is made of. */
function ownVariables({ server, start, secrets = {} }: Spec): Record<string, string> {
  const needsNode = /^node\b/.test(start ?? "") || Object.keys(secrets).length > 0;
  return { SUPERVISOR: server.supervisor, RUNTIME: needsNode ? "node" : "" };
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
