// The loop of each group: what is live is compared with what is wanted, and the difference is begun. A look is short and
// never waits; it is taken after every change of a group or of an instance, and at a tick for what nobody tells of.
import { at } from "./activities.ts";
import { enterService, launchFailed, launchMissing } from "./launch.ts";
import type { Group, Member } from "./model.ts";
import { carryOnSettingAside, carryOnTerminating, memberGone, terminateMember } from "./retire.ts";
import { activeMembers, isSuspended, locate, type State, save, take } from "./state.ts";
import { chooseToEnd } from "./termination.ts";
import { healthOf } from "./traffic.ts";

const TICK_MILLISECONDS = 500;
const EC2_CAUSE = "EC2 health check indicating it has been terminated or stopped";
const OUT_OF_SERVICE = "an instance was taken out of service in response to";
const ELB_CAUSE = "ELB system health check failure";

export type Control = {
  /** Looks at a group now. */
  look(name: string): void;
  start(): void;
  stop(): void;
};

export function createControl(state: State): Control {
  let timer: NodeJS.Timeout | undefined;
  const look = (name: string) => {
    const group = state.groups.get(name);
    if (!group || state.stopping) return;
    try {
      lookAt(state, group, look);
    } catch (error) {
      state.platform.log(`autoscaling: ${name}: ${(error as Error).stack}`);
    }
  };
  state.pool.onChange(({ id }) => {
    if (!state.stopping) instanceChanged(state, id, look);
  });
  const tick = () => {
    for (const group of state.groups.list()) {
      if (group.checksBalancer) void checkBalancer(state, group, look);
      look(group.name);
    }
  };
  return {
    look,
    start() {
      for (const group of state.groups.list()) carryOn(state, group);
      tick();
      timer = setInterval(tick, TICK_MILLISECONDS);
    },
    stop() {
      state.stopping = true;
      clearInterval(timer);
    },
  };
}

function lookAt(state: State, group: Group, look: (name: string) => void): void {
  admit(state, group, look);
  if (!isSuspended(group, "HealthCheck")) checkInstances(state, group);
  if (!isSuspended(group, "ReplaceUnhealthy") && !isSuspended(group, "Terminate")) replace(state, group);
  if (group.isDeleting) endAll(state, group);
  else if (!isSuspended(group, "Terminate")) endSurplus(state, group);
  launchMissing(state, group, look);
  if (group.because && activeMembers(group).length === group.desired) {
    group.because = undefined;
    save(state, group);
  }
  if (group.isDeleting && group.members.length === 0 && !state.launching.has(group.name))
    state.groups.delete(group.name);
}

/** Pending members whose instance runs come into service; those whose instance has ended, perhaps on their way in, go. */
function admit(state: State, group: Group, look: (name: string) => void): void {
  for (const member of group.members.filter(({ lifecycle }) => lifecycle === "Pending")) {
    const instance = state.pool.instance(member.id);
    if (instance?.state === "running") {
      if (state.entering.has(member.id)) continue;
      state.entering.add(member.id);
      enterService(state, group, member)
        .finally(() => state.entering.delete(member.id))
        .then(() => look(group.name))
        .catch((error: Error) => state.platform.log(`autoscaling: ${member.id}: ${error.stack ?? error}`));
    } else if (instance?.state !== "pending") {
      launchFailed(state, group, member);
      terminateMember(state, group, member, `${at(state)} ${OUT_OF_SERVICE} an ${EC2_CAUSE}.`);
    }
  }
}

/** Whatever is not running is not healthy. */
function checkInstances(state: State, group: Group): void {
  for (const member of group.members) {
    if (member.lifecycle !== "InService" || !member.isHealthy) continue;
    if (state.pool.instance(member.id)?.state === "running") continue;
    member.isHealthy = false;
    save(state, group);
  }
}

function replace(state: State, group: Group): void {
  for (const member of group.members) {
    if (member.lifecycle !== "InService" || member.isHealthy) continue;
    take(state.replacing, group.name, 1);
    terminateMember(state, group, member, causeOf(state, group, member));
  }
}

function causeOf(state: State, group: Group, member: Member): string {
  const runs = state.pool.instance(member.id)?.state === "running";
  const byUser = member.unhealthyBecause ?? (group.checksBalancer ? ELB_CAUSE : EC2_CAUSE);
  return `${at(state)} ${OUT_OF_SERVICE} ${runs ? withArticle(byUser) : `an ${EC2_CAUSE}`}.`;
}

function withArticle(cause: string): string {
  return `${/^[AEIOaeio]/.test(cause) ? "an" : "a"} ${cause}`;
}

function endSurplus(state: State, group: Group): void {
  const active = activeMembers(group);
  const surplus = active.length - group.desired;
  if (surplus <= 0) return;
  const ending = chooseToEnd(active, surplus, group.terminationPolicies, state.platform.now());
  ending.forEach((member, index) => {
    const [from, to] = [active.length - index, active.length - index - 1];
    const because = group.because ? `${group.because}  ` : "";
    const cause = `${because}${at(state)} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${from} to ${to}.  ${at(state)} instance ${member.id} was selected for termination.`;
    terminateMember(state, group, member, cause);
  });
}

function instanceChanged(state: State, id: string, look: (name: string) => void): void {
  const found = locate(state, id);
  if (!found) return;
  memberGone(state, id);
  look(found.group.name);
}

function endAll(state: State, group: Group): void {
  const cause = `${at(state)} an instance was taken out of service in response to a user request to delete the group.`;
  for (const member of group.members)
    if (member.lifecycle !== "Terminating") terminateMember(state, group, member, cause, true);
}

/** With HealthCheckType ELB a member that the load balancer calls unhealthy is, once its grace is over. */
async function checkBalancer(state: State, group: Group, look: (name: string) => void): Promise<void> {
  if (isSuspended(group, "HealthCheck")) return;
  try {
    const health = (await Promise.all(group.targetGroupArns.map((arn) => healthOf(state, arn)))).flat();
    const bad = new Set(
      health.filter((one) => one.TargetHealth.State === "unhealthy").map((one) => one.Target.Id),
    );
    for (const member of group.members) {
      if (member.lifecycle !== "InService" || !member.isHealthy || !bad.has(member.id)) continue;
      if (inGrace(state, group, member)) continue;
      member.isHealthy = false;
      member.unhealthyBecause = ELB_CAUSE;
      save(state, group);
    }
    look(group.name);
  } catch (error) {
    state.platform.log(`autoscaling: ${group.name}: ${(error as Error).message}`);
  }
}

export function inGrace(state: State, group: Group, { inServiceAt = 0 }: Member): boolean {
  return state.platform.now() < inServiceAt + (group.graceSeconds * 1_000) / state.platform.timeScale;
}

/** After a restart. An instance that was launched just before the sandbox was killed, of which the group has no record, is ended. */
function carryOn(state: State, group: Group): void {
  for (const member of group.members) {
    if (member.lifecycle === "Terminating") carryOnTerminating(state, group, member, group.isDeleting);
    else if (member.lifecycle === "Detaching" || member.lifecycle === "EnteringStandby")
      carryOnSettingAside(state, group, member);
  }
  for (const id of state.pool.launchedFor(group.name)) {
    if (group.members.some((member) => member.id === id)) continue;
    state.platform.log(`autoscaling: ${id} was launched but never joined its group; it is terminated.`);
    state.pool.terminate([id]);
  }
}
