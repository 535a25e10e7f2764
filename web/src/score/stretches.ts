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
  return rows.flatMap((name, row) =>
    joined(turnsOf(name, deployment, told.get(name) ?? [], span), row, span),
  );
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

function turnsOf(name: string, deployment: DeploymentView, told: EventView[], span: Span): Turn[] {
  const steps = deployment.steps.filter(
    (step) => step.startedAt && (step.replicas.includes(name) || step.leaving?.includes(name)),
  );
  const first = firstVersion(name, deployment);
  const turns: Turn[] = [{ at: span.from, version: first, condition: "serving" }];
  for (const step of steps) turns.push(...turnsIn(step, name, told, turns.at(-1)!.version));
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
function firstVersion(name: string, { steps, previousVersion, version }: DeploymentView): string | null {
  const first = steps.find((step) => step.replicas.includes(name) || step.leaving?.includes(name));
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

function byReplica(events: EventView[]): Map<string, EventView[]> {
  return Map.groupBy(
    events.filter((event) => event.replica !== undefined),
    (event) => event.replica!,
  );
}
