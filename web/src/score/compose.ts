// What the score shows, worked out from a deployment and its events, without a pixel: who runs what from when to when,
// which spans the steps take, how traffic and the failure budget went. Instants are milliseconds since the epoch.
import type { DeploymentView, EventView } from "../api.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { type Level, trafficOf } from "./traffic.ts";

export type Step = DeploymentView["steps"][number];

/** A step that took time: a bar over the lines of its replicas, or over all of them. */
export type Bar = {
  step: Step;
  from: number;
  to: number;
  /** Lines that it touches; empty where it spans the whole score (a bake, an approval, an image). */
  rows: number[];
};

/** A time in which nothing was to move: somebody had paused it. */
export type Rest = { from: number; to: number };

export type Mark = { at: number; event: EventView };

export type Score = {
  from: number;
  to: number;
  /** Names of the lines, from top to bottom. */
  rows: string[];
  stretches: Stretch[];
  bars: Bar[];
  rests: Rest[];
  /** Percent of the traffic on the release, from each instant on. */
  traffic: Level[];
  /** Failed replicas so far, from each instant on. */
  failed: Level[];
  marks: Mark[];
};

/** `null` until the deployment has begun. */
export function compose(deployment: DeploymentView, events: EventView[], nowMs: number): Score | null {
  if (!deployment.startedAt) return null;
  const from = Date.parse(deployment.startedAt);
  const to = Math.max(deployment.endedAt ? Date.parse(deployment.endedAt) : nowMs, from + 1000);
  const steps = deployment.steps.filter((step) => step.startedAt);
  const rows = rowsOf(deployment);
  const stretches = stretchesOf(deployment, events, rows, { from, to });
  const rowOf = new Map(rows.map((name, row) => [name, row]));
  return {
    from,
    to,
    rows,
    stretches,
    bars: steps.map((step) => barOf(step, rowOf, to)),
    rests: restsOf(events, to),
    traffic: trafficOf(deployment, stretches, { from, to }),
    failed: failedOf(deployment, from),
    marks: events
      .map((event) => ({ at: Date.parse(event.at), event }))
      .filter(({ at }) => at >= from - 1000 && at <= to + 1000),
  };
}

/** Copies that stand aside first, then those that come: as the plan names them. */
function rowsOf({ kind, steps, version, previousVersion }: DeploymentView): string[] {
  const versions = previousVersion && previousVersion !== version ? [previousVersion, version] : [version];
  if (kind === "function") return versions;
  const names = new Set<string>();
  const batches = steps.filter((one) => one.type === "batch");
  for (const step of batches.filter((one) => one.status !== "skipped" || one.action === "install"))
    for (const name of [...(step.leaving ?? []), ...step.replicas]) names.add(name);
  return names.size > 0 ? [...names] : versions;
}

function barOf(step: Step, rowOf: Map<string, number>, to: number): Bar {
  const wide = step.type !== "batch" || step.replicas.length === 0;
  return {
    step,
    from: Date.parse(step.startedAt!),
    to: step.endedAt ? Date.parse(step.endedAt) : to,
    rows: wide ? [] : [...step.replicas, ...(step.leaving ?? [])].map((name) => rowOf.get(name) ?? -1),
  };
}

function restsOf(events: EventView[], to: number): Rest[] {
  const changes = events.filter((event) => event.status !== undefined);
  return changes.flatMap((event, i) => {
    if (event.status !== "paused") return [];
    // What comes after a pause ends it, whether or not it tells of a status.
    const next = events.find((one) => one.seq > event.seq && one.type !== "note" && one.type !== "operator");
    const end = changes[i + 1] ?? next;
    return [{ from: Date.parse(event.at), to: end ? Date.parse(end.at) : to }];
  });
}

function failedOf({ failures }: DeploymentView, from: number): Level[] {
  const seen = new Set<string>();
  const levels: Level[] = [{ at: from, value: 0 }];
  for (const { replica, at } of failures.toSorted((a, b) => a.at.localeCompare(b.at))) {
    seen.add(replica);
    levels.push({ at: Date.parse(at), value: seen.size });
  }
  return levels;
}
