// What a pass says of the hosts it looked at: one whose copy no repair has mended is marked bad, in the environment's own item, and
// told. One that has proven good again is cleared. Planning does the rest: a marked
// host takes no new copies, and what it has goes elsewhere.
import { instant } from "#core/clock.ts";
import type { BadHost } from "#core/domain/environment.ts";
import { NOTHING_WRONG } from "#core/domain/healing.ts";
import type { HealingAction } from "#core/domain/healing-run.ts";
import { badHostsOf, type HostsInput, hostToMark, proveHosts } from "#core/heal/bad-hosts.ts";
import { HEALING } from "#core/heal/policy.ts";
import { hostNotice } from "#core/notify/notice-of-healing.ts";
import type { EngineDeps } from "../deps.ts";
import type { LiveTarget } from "../live.ts";
import type { Judged } from "./judge.ts";
import type { Pass } from "./pass.ts";

/** `null` where no host is to be marked now, and of kinds whose hosts are not Tutti's affair. */
export async function markHost(deps: EngineDeps, live: LiveTarget, judged: Judged): Promise<Pass | null> {
  if (!areOurs(deps, live) || judged.verdict.held !== null || judged.verdict.goBack !== null) return null;
  const { environment } = live.context;
  const found = hostToMark(inputOf(live, judged, environment.badHosts ?? []), deps.clock.now());
  if (found === null) return null;
  let isNew = false;
  await deps.store.environments.changeBadHosts(environment.name, (marks) => {
    isNew = !badHostsOf({ badHosts: marks }, found.pool).includes(found.host);
    return isNew ? [...marks, found] : marks;
  });
  if (!isNew) return null;
  const { name, host, why } = { name: environment.name, ...found };
  deps.log.warn("a host is marked bad", { environment: name, pool: found.pool, host, reason: why });
  await tell(deps, live, "healing.host_marked", found, `is marked bad: ${why}.`);
  const action = { replica: host, finding: why, action: "marked the host bad", result: "held" as const };
  return { actions: [action], summary: `${host} is marked bad: ${why}.` };
}

/** What this look proves of the hosts that are marked; a write only where it is new. */
export async function clearHosts(
  deps: EngineDeps,
  live: LiveTarget,
  judged: Judged,
): Promise<HealingAction[]> {
  const { badHosts: marks = [], name } = live.context.environment;
  if (!areOurs(deps, live) || marks.length === 0) return [];
  const proof = proveHosts(inputOf(live, judged, marks), deps.clock.now());
  if (proof.marks === marks) return [];
  let cleared: BadHost[] = [];
  await deps.store.environments.changeBadHosts(name, (now) => {
    const again = proveHosts(inputOf(live, judged, now), deps.clock.now());
    cleared = again.cleared;
    return again.marks;
  });
  for (const mark of cleared)
    await tell(deps, live, "healing.host_cleared", mark, "is good again and takes copies.");
  return cleared.map(({ host, why }) => ({
    replica: host,
    finding: `was marked bad: ${why}`,
    action: "cleared the mark",
    result: "closed",
  }));
}

/** While a deployment is under way its plan stands. */
function areOurs({ driver }: EngineDeps, { active }: LiveTarget): boolean {
  return driver.capabilities.inPlace && active === null;
}

function inputOf({ target, context }: LiveTarget, { fleet, broken }: Judged, marks: BadHost[]): HostsInput {
  const { server, healing: policy = HEALING } = context.spec;
  return { pool: server.pool, marks, fleet, broken, healing: target.healing ?? NOTHING_WRONG, policy };
}

async function tell(
  { store, clock }: EngineDeps,
  { target }: LiveTarget,
  type: "healing.host_marked" | "healing.host_cleared",
  mark: BadHost,
  what: string,
): Promise<void> {
  await store.notices.tell([hostNotice(target, type, mark, { what, at: instant(clock.now()) })]);
}
