// What one pass of healing found and did.
import type { Watched } from "#core/domain/healing.ts";
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { Broken } from "#core/heal/tally.ts";
import type { Judged } from "./judge.ts";
import type { Seen } from "./scale.ts";

export type Pass = Pick<HealingRun, "actions" | "summary"> & {
  next?: FollowUp;
  /** What is to be mended, where that is left to the workflow. */
  toMend?: Broken[];
  /** Where nothing was to be mended, what was looked at. */
  seen?: Seen;
};

/** A deployment that is due, for whoever asked for the pass to submit: from the release that runs to another, or to itself in fresh copies. */
export type FollowUp = {
  from: string;
  to: string;
  why: string;
  does: string;
  /** In whose name fresh copies are asked for; default: a secret was rotated. */
  by?: string;
  /** Absent: another release comes, or fresh copies. */
  purpose?: "restore" | "scale";
  /** Of `scale`: how many there are to be. */
  replicas?: number;
};

/** What runs is deployed again, where it is missing or is another. */
export function restoring(version: string, why: string): Pass {
  const next = {
    from: version,
    to: version,
    why,
    does: `deploys ${version} again`,
    purpose: "restore" as const,
  };
  return { actions: [], summary: `${version} is to be deployed again.`, next };
}

export function goingBack({ version, before }: Watched, why: string): Pass {
  const next = { from: version, to: before, why, does: `goes back to ${before}` };
  return { actions: [], summary: `${version} is to go back to ${before}.`, next };
}

export function nothing(summary: string): Pass {
  return { actions: [], summary };
}

/** Of a pass that touched nothing. What stays as it was is told once, and to whoever asks. */
export function untouched({ fleet, broken, verdict }: Judged, desired: number, isTold: boolean): Pass {
  const carriers = fleet.replicas.filter((one) => one.version !== null).length;
  const count = `${carriers} of ${desired} replicas`;
  const { held, degraded } = verdict;
  const why = held ?? degraded;
  if (broken.length === 0 && why !== null) return lacking(why, isTold);
  if (broken.length === 0)
    return nothing(fleet.drift.length === 0 ? `${count}, all well.` : `${count}; ${fleet.drift.join(" ")}`);
  const summary = why ?? `${count}, ${broken.length} broken: the next repair has its time.`;
  if (!isTold || why === null) return nothing(summary);
  const result = held === null ? ("failed" as const) : ("held" as const);
  const action = held === null ? "nothing more is tried" : "nothing is replaced";
  const actions = broken.map(({ replica, detail }) => ({ replica, finding: detail, action, result }));
  return { actions, summary };
}

/** No copy that is there is broken, and yet some are not there. */
function lacking(why: string, isTold: boolean): Pass {
  if (!isTold) return nothing(why);
  const action = { replica: null, finding: why, action: "nothing more is tried", result: "failed" as const };
  return { actions: [action], summary: why };
}
