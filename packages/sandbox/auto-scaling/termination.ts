// Which members go when there are too many. Auto Scaling user guide, "Default termination policy": first the zone with
// the most instances, then the oldest launch template version, then the one closest to the next billing hour; where
// AWS would draw lots, the one launched first goes, then the smaller id.
import type { Member } from "./model.ts";

/** Narrows the candidates down to those that the policy would rather end. */
type Policy = (candidates: Member[], now: number) => Member[];

const HOUR_MILLISECONDS = 3_600_000;

const oldestTemplate: Policy = (candidates) => least(candidates, ({ template }) => Number(template.version));
const closestToHour: Policy = (candidates, now) =>
  least(candidates, ({ launchedAt }) => HOUR_MILLISECONDS - ((now - launchedAt) % HOUR_MILLISECONDS));
const oldest: Policy = (candidates) => least(candidates, ({ launchedAt }) => launchedAt);
const newest: Policy = (candidates) => least(candidates, ({ launchedAt }) => -launchedAt);
const any: Policy = (candidates) => candidates;

export const POLICIES: Record<string, Policy> = {
  Default: (candidates, now) => closestToHour(oldestTemplate(candidates, now), now),
  OldestInstance: oldest,
  NewestInstance: newest,
  OldestLaunchTemplate: oldestTemplate,
  ClosestToNextInstanceHour: closestToHour,
  // There are no launch configurations and no purchase options here: each instance fits as well as any other.
  OldestLaunchConfiguration: any,
  AllocationStrategy: any,
};

/** As many as asked for, fewer where the others are protected. */
export function chooseToEnd(members: Member[], count: number, policies: string[], now: number): Member[] {
  const chosen: Member[] = [];
  while (chosen.length < count) {
    const left = members.filter((member) => !chosen.includes(member));
    const next = chooseOne(left, policies, now);
    if (!next) break;
    chosen.push(next);
  }
  return chosen;
}

function chooseOne(members: Member[], policies: string[], now: number): Member | undefined {
  let candidates = inFullestZone(members).filter((member) => !member.isProtected);
  for (const name of policies) candidates = POLICIES[name]!(candidates, now);
  return oldest(candidates, now).sort((a, b) => (a.id < b.id ? -1 : 1))[0];
}

/** Of the zones that have one which may go, the one with the most. */
function inFullestZone(members: Member[]): Member[] {
  const zones = [...new Set(members.filter((member) => !member.isProtected).map(({ zone }) => zone))];
  const sizeOf = (zone: string) => members.filter((member) => member.zone === zone).length;
  const most = Math.max(...zones.map(sizeOf));
  return members.filter(({ zone }) => zones.includes(zone) && sizeOf(zone) === most);
}

function least(candidates: Member[], value: (member: Member) => number): Member[] {
  const smallest = Math.min(...candidates.map(value));
  return candidates.filter((candidate) => value(candidate) === smallest);
}
