// A target over time, worked out without a pixel: how many replicas were wanted, there and healthy from when on, and what
// was done to it meanwhile. Instants are milliseconds since the epoch.
import type { DeploymentView, HealingRunView, HistoryView, TargetView } from "../api.ts";
import type { Route } from "../route.ts";
import type { Level } from "../score/traffic.ts";

/** What was done; `page` tells more of it. */
export type Deed = { at: number; kind: "deployment" | "scaling" | "healing"; words: string; page: Route };

export type History = {
  from: number;
  to: number;
  desired: Level[];
  replicas: Level[];
  healthy: Level[];
  deeds: Deed[];
  /** The highest count. */
  most: number;
};

type Seen = {
  history: HistoryView;
  deployments: DeploymentView[];
  healing: HealingRunView[];
  /** What the platform did by itself. */
  scaling?: TargetView["scaling"];
};

/** `null` where nothing was ever seen to run. What held before the window goes on in it. */
export function historyOf(seen: Seen, spanMs: number, nowMs: number): History | null {
  const { standings } = seen.history;
  const first = standings[0];
  if (!first || standings.every((one) => one.desired + one.replicas === 0)) return null;
  const from = Math.max(nowMs - spanMs, Date.parse(first.at));
  const before = standings.findLast((one) => Date.parse(one.at) <= from) ?? first;
  const inside = standings.filter((one) => Date.parse(one.at) > from && Date.parse(one.at) <= nowMs);
  const shown = [{ ...before, at: new Date(from).toISOString() }, ...inside];
  const levels = (key: "desired" | "replicas" | "healthy") =>
    shown.map((one): Level => ({ at: Date.parse(one.at), value: one[key] }));
  return {
    from,
    to: Math.max(nowMs, from + 1000),
    desired: levels("desired"),
    replicas: levels("replicas"),
    healthy: levels("healthy"),
    deeds: deedsOf(seen).filter(({ at }) => at >= from && at <= nowMs),
    most: Math.max(1, ...shown.flatMap((one) => [one.desired, one.replicas])),
  };
}

/** What was kept, and how it is now: the target is looked at more often than its history. */
export function withNow(history: HistoryView, { observedAt, desired, replicas }: TargetView): HistoryView {
  const last = history.standings.at(-1);
  if (!last || observedAt === null || Date.parse(observedAt) <= Date.parse(last.at)) return history;
  const healthy = replicas.filter((one) => one.health === "healthy").length;
  const now = { at: observedAt, desired, replicas: replicas.length, healthy };
  return { ...history, standings: [...history.standings, now] };
}

function deedsOf({ deployments, healing, scaling, history }: Seen): Deed[] {
  const deployed = deployments.map((one): Deed => {
    return {
      at: Date.parse(one.createdAt),
      kind: one.trigger === "scale" ? "scaling" : "deployment",
      words: `${one.version}, ${one.status.replaceAll("_", " ")}${one.reason ? `: ${one.reason}` : ""}`,
      page: { page: "deployment", id: one.id },
    };
  });
  const healed = healing.map(
    (run): Deed => ({
      at: Date.parse(run.startedAt),
      kind: "healing",
      words: run.summary,
      page: { page: "healing" },
    }),
  );
  const { app, environment } = history;
  const scaled = (scaling?.activities ?? []).map(
    (one): Deed => ({
      at: Date.parse(one.at),
      kind: "scaling",
      words: one.description,
      page: { page: "target", app, environment },
    }),
  );
  return [...deployed, ...healed, ...scaled].sort((a, b) => a.at - b.at);
}
