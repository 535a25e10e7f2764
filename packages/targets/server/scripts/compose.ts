// Puts a script together: assignments at the top, what all share, the supervisor's part, the verb.
import type { ServerPool } from "#core/domain/environment.ts";
import type { Release } from "#core/domain/release.ts";
import type { Spec } from "#core/domain/spec.ts";
import { isStateful } from "#core/domain/volume.ts";
import { isPlaced, reservationOf } from "#core/plan/placed.ts";
import { FETCH } from "#targets/host/fetch.ts";
import { LOOK, RESTART, WATCH } from "#targets/host/look.ts";
import { PRELUDE } from "#targets/host/prelude.ts";
import { shellAssignments, shellQuote } from "#targets/host/quote.ts";
import { SECRET_STEPS } from "#targets/host/secrets.ts";
import { SYSTEMD } from "#targets/host/systemd.ts";
import { commonVariables, releaseVariables, type Who } from "#targets/host/variables.ts";
import type { Host } from "../hosts.ts";
import { PM2 } from "../supervisor/pm2.ts";
import { CAPACITY, LOOK_AT_ALL } from "./copies.ts";
import { INSTALL } from "./install.ts";
import { REMOVE, REMOVE_ALL } from "./remove.ts";
import { SETUP_STEPS } from "./setup.ts";
import { MAKE_VOLUMES, volumeLines } from "./volumes.ts";

/** Old releases kept on a host, the current one included; a pruned one is made again from its artifact. */
export const KEPT_RELEASES = 5;
const FETCH_SECONDS = 60;
/** Everything above, and the 20 s that the supervisor gives a process to stop. */
export const SCRIPT_SECONDS = 120;
/** Packages come from the distribution's mirrors, which take their time. */
export const SETUP_SECONDS = 150;
export const LOOK_SECONDS = 15;

const VERBS = {
  install: CAPACITY + FETCH + SECRET_STEPS + MAKE_VOLUMES + INSTALL,
  look: LOOK + LOOK_AT_ALL,
  watch: WATCH,
  restart: RESTART,
  remove: REMOVE,
  removeAll: REMOVE_ALL,
};
export type Verb = keyof typeof VERBS;

/** `copy`: which of the host's copies it is about, where it is about one. */
export function composeScript(
  verb: Verb,
  target: Who,
  pool: ServerPool,
  more: Record<string, string> = {},
  copy = 1,
): string {
  const supervisor = target.spec.server.supervisor === "pm2" ? PM2 : SYSTEMD;
  const variables = { ...commonVariables(target, pool), ...ownVariables(target, copy), ...more };
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
    VOLUMES: volumeLines(target.spec.volumes),
  };
}

/** Secrets are read by Node, whatever the app is made of. */
function ownVariables({ app, environment, spec }: Who, copy: number): Record<string, string> {
  const { server, start, secrets = {} } = spec;
  const needsNode = /^node\b/.test(start ?? "") || Object.keys(secrets).length > 0;
  return {
    SUPERVISOR: server.supervisor,
    RUNTIME: needsNode ? "node" : "",
    COPY: copy === 1 ? "" : String(copy),
    TELL_HOST: isPlaced(spec) ? "yes" : "",
    RESERVE:
      isPlaced(spec) || isStateful(spec) ? reservationLine(`${app}/${environment.name}`, copy, spec) : "",
  };
}

/** As it stands in the copy's folder: words between blanks, and none of them holds one. */
function reservationLine(target: string, copy: number, spec: Spec): string {
  const { cpu, memoryMiB, diskGiB } = reservationOf(spec);
  const apart = (spec.server.apartFrom ?? []).join(",");
  return [target, copy, Math.round(1000 * cpu), memoryMiB, diskGiB, apart].join(" ").trim();
}

type Addressed = Pick<Host, "address" | "instanceId" | "capacity">;

/** What differs between the hosts of one and the same script: told in full for one, by SSM's own variable for several. */
export function hostLines(hosts: Addressed[]): string {
  const [only] = hosts;
  if (hosts.length === 1) return shellAssignments(hostVariables(only!));
  const cases = hosts.map((host) => {
    const words = Object.entries(hostVariables(host)).map(([name, value]) => `${name}=${shellQuote(value)}`);
    return `${shellQuote(host.instanceId ?? "")}) ${words.join(" ")} ;;\n`;
  });
  return `case $AWS_SSM_INSTANCE_ID in\n${cases.join("")}esac\n`;
}

/** Without a capacity in the pool's settings the host itself says what it has. */
function hostVariables({ address, capacity }: Addressed): Record<string, string> {
  if (!capacity) return { HOST: address };
  const { cpu, memoryMiB, diskGiB } = capacity;
  return { HOST: address, CAPACITY: `${Math.round(1000 * cpu)} ${memoryMiB} ${diskGiB}` };
}
