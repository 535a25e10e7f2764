// What each replica ran, and how it was, from when to when: the coloured line behind its name. Steps say what was
// begun and ended; events say when one replica among several was up, or had failed.
import type { DeploymentView, EventView } from "../api.ts";
import { byWeights } from "./traffic.ts";

/** coming: started and not healthy yet. leaving: on its way out. */
export type Condition = "serving" | "coming" | "leaving" | "failed";

export type Stretch = {
  row: number;
  from: number;
  to: number;
  version: string;
  condition: Condition;
};

type Step = DeploymentView["steps"][number];
type Span = { from: number; to: number };
type Turn = { at: number; version: string | null; condition: Condition };

export function stretchesOf(
  deployment: DeploymentView,
  events: EventView[],
  rows: string[],
  span: Span,
): Stretch[] {
  if (deployment.kind === "function") return versionsOf(deployment, rows, span);
  const told = byReplica(events);
  const touching = stepsByReplica(deployment);
  return rows.flatMap((name, row) => {
    const seen = { told: told.get(name) ?? [], steps: touching.get(name) ?? [] };
    return joined(turnsOf(name, deployment, seen, span), row, span);
  });
}

/** A function has no copies to show: each version is a line, from when to when it had traffic. */
function versionsOf(deployment: DeploymentView, rows: string[], span: Span): Stretch[] {
  const levels = byWeights(deployment, span);
  const failedAt = deployment.failures[0]?.at;
  return rows.flatMap((version, row) => {
    const isNew = version === deployment.version;
    const turns = levels.map(({ at, value }): Turn => {
      const serves = isNew ? value > 0 : value < 100;
      return { at, version: serves ? version : null, condition: "serving" };
    });
    if (isNew && failedAt) turns.push({ at: Date.parse(failedAt), version, condition: "failed" });
    return joined(turns, row, span);
  });
}

/** What concerns one replica. */
type Seen = { told: EventView[]; steps: Step[] };

function turnsOf(name: string, deployment: DeploymentView, { told, steps }: Seen, span: Span): Turn[] {
  const first = firstVersion(name, deployment, steps[0]);
  const turns: Turn[] = [{ at: span.from, version: first, condition: "serving" }];
  for (const step of steps.filter((one) => one.startedAt))
    turns.push(...turnsIn(step, name, told, turns.at(-1)!.version));
  const replacedAt = replacedBy(name, deployment);
  if (replacedAt !== null) turns.push({ at: replacedAt, version: null, condition: "serving" });
  return turns.sort((a, b) => a.at - b.at);
}

/** ECS moves all copies in one step, and what that step does not name is gone when it is done. */
function replacedBy(name: string, { kind, steps }: DeploymentView): number | null {
  if (kind !== "container") return null;
  const last = steps.findLast((step) => step.action === "replace" && step.status === "succeeded");
  if (!last?.endedAt || last.replicas.includes(name)) return null;
  return Date.parse(last.endedAt);
}

/** What ran before the first note: a copy that is updated in place or goes had the release before. */
function firstVersion(
  name: string,
  { previousVersion, version }: DeploymentView,
  first: Step | undefined,
): string | null {
  if (!first) return null;
  if (first.leaving?.includes(name)) return previousVersion;
  if (first.action === "remove") return first.rollback ? version : previousVersion;
  return first.action === "install" ? previousVersion : null;
}

function turnsIn(step: Step, name: string, told: EventView[], before: string | null): Turn[] {
  const at = Date.parse(step.startedAt!);
  const endAt = step.endedAt ? Date.parse(step.endedAt) : null;
  if (step.leaving?.includes(name) || step.version === null || step.action === "remove")
    return goingOut(step, before, at, endAt);
  if (step.type !== "batch") return [];
  const version = step.version ?? before;
  const turns: Turn[] = [{ at, version, condition: "coming" }];
  const news = told.filter((event) => event.step === step.index);
  const up = news.find((event) => event.type === "replica");
  const down = news.find((event) => event.type === "failure");
  if (up) turns.push({ at: Date.parse(up.at), version, condition: "serving" });
  if (down) turns.push({ at: Date.parse(down.at), version, condition: "failed" });
  else if (endAt !== null && step.status === "failed" && step.action !== "install")
    turns.push({ at: endAt, version, condition: "failed" });
  else if (!up && endAt !== null && step.status === "succeeded")
    turns.push({ at: endAt, version, condition: "serving" });
  return turns;
}

function goingOut(step: Step, version: string | null, at: number, endAt: number | null): Turn[] {
  const turns: Turn[] = [{ at, version, condition: "leaving" }];
  if (endAt === null) return turns;
  const gone = step.status === "succeeded";
  return [...turns, { at: endAt, version: gone ? null : version, condition: "serving" }];
}

function joined(turns: Turn[], row: number, span: Span): Stretch[] {
  return turns.flatMap((turn, i) => {
    const to = turns[i + 1]?.at ?? span.to;
    if (turn.version === null || to <= turn.at) return [];
    return [{ row, from: turn.at, to, version: turn.version, condition: turn.condition }];
  });
}

/** In the order of the plan. */
function stepsByReplica({ steps }: DeploymentView): Map<string, Step[]> {
  const touching = new Map<string, Step[]>();
  for (const step of steps)
    for (const name of new Set([...step.replicas, ...(step.leaving ?? [])])) {
      const known = touching.get(name);
      if (known) known.push(step);
      else touching.set(name, [step]);
    }
  return touching;
}

function byReplica(events: EventView[]): Map<string, EventView[]> {
  return Map.groupBy(
    events.filter((event) => event.replica !== undefined),
    (event) => event.replica!,
  );
}
