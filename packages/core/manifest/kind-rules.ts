// What a kind cannot do is refused where the words stand, naming the kinds that can (the table in the contract's
// section 3). Works on the raw document, so that a wrong shape elsewhere does not hide it.

import { KINDS, type Kind } from "../domain/kind.ts";
import { CAPABILITIES } from "../driver/capabilities.ts";
import { resolveAmount } from "../plan/amount.ts";
import { show } from "./amounts.ts";
import { isRecord } from "./merge.ts";
import { join, type Problem } from "./problem.ts";
import { volumeKindProblems } from "./volume-rules.ts";

const ALL: readonly Kind[] = KINDS;

const STRATEGIES: Record<string, readonly Kind[]> = {
  rolling: ["server", "vm", "container"],
  canary: ["container", "function"],
  blueGreen: ["vm", "container"],
  allAtOnce: ALL,
};

const SETTINGS: Record<string, readonly Kind[]> = {
  start: ["server", "vm"],
  server: ["server"],
  vm: ["vm"],
  build: ["vm"],
  container: ["container"],
  function: ["function"],
  // Lambda starts fresh copies whenever it likes, and never because somebody asks.
  onSecretRotation: ["server", "vm", "container"],
};

const ROLLOUT: Record<string, readonly Kind[]> = {
  batch: ["server", "vm", "container"],
  maxSurge: ["server", "vm", "container"],
  maxUnavailable: ["server", "vm", "container"],
  weights: ["vm", "container", "function"],
  drainSeconds: ["server", "vm", "container"],
};

const HEALING: Record<string, readonly Kind[]> = {
  maxErrorPercent: ["function"],
};

/** Why the other kinds do not need it. */
const INSTEAD: Record<string, string> = {
  maxErrorPercent: "elsewhere the load balancer compares the copies with each other",
};

/** `path` is where the block stands: empty for the app, `environments.x` for an overlay. Kinds not built yet are not judged. */
export function kindProblems(settings: unknown, kind: unknown, path = ""): Problem[] {
  if (!isRecord(settings) || !isBuilt(kind)) return [];
  const own = keyProblems(settings, SETTINGS, kind, path);
  return [
    ...own,
    ...rolloutKindProblems(settings.rollout, kind, join(path, "rollout")),
    ...healingProblems(settings.healing, kind, join(path, "healing")),
    ...metricProblems(settings.scaling, kind, join(path, "scaling")),
    ...scheduleProblems(settings.schedules, kind, join(path, "schedules")),
    ...volumeKindProblems(settings.volumes, kind, join(path, "volumes")),
  ];
}

/** A function has no copies behind a load balancer, and nothing else has environments to keep initialised. */
const METRICS: Record<string, readonly Kind[]> = {
  requestsPerReplica: ["server", "vm", "container"],
  cpu: ["server", "vm", "container"],
  provisionedConcurrencyUtilization: ["function"],
};

function metricProblems(scaling: unknown, kind: Kind, path: string): Problem[] {
  const metric = isRecord(scaling) ? scaling.metric : undefined;
  if (typeof metric !== "string" || !Object.hasOwn(METRICS, metric)) return [];
  const kinds = METRICS[metric]!;
  if (kinds.includes(kind)) return [];
  return [problem(join(path, "metric"), `"${metric}" is not for kind ${kind}: ${canDoIt(kinds)}`)];
}

function healingProblems(healing: unknown, kind: Kind, path: string): Problem[] {
  return isRecord(healing) ? keyProblems(healing, HEALING, kind, path) : [];
}

export function rolloutKindProblems(rollout: unknown, kind: Kind, path: string): Problem[] {
  if (!isRecord(rollout)) return [];
  return [
    ...strategyProblems(rollout.strategy, kind, join(path, "strategy")),
    ...keyProblems(rollout, ROLLOUT, kind, path),
    ...(kind === "server" ? inPlaceProblems(rollout, path) : []),
    ...(kind === "function" ? wholeProblems(rollout, path) : []),
  ];
}

/** Lambda starts fresh copies of a function whenever it likes. */
function scheduleProblems(schedules: unknown, kind: Kind, path: string): Problem[] {
  if (kind !== "function" || !Array.isArray(schedules)) return [];
  return schedules.flatMap((one: unknown, index) => {
    const action = isRecord(one) ? one.action : undefined;
    const at = join(join(path, String(index)), "action");
    if (action !== "restart") return [];
    return [problem(at, `"${action}" is not for kind function: ${canDoIt(["server", "vm", "container"])}`)];
  });
}

function isBuilt(kind: unknown): kind is Kind {
  return typeof kind === "string" && Object.hasOwn(CAPABILITIES, kind);
}

function keyProblems(
  block: Record<string, unknown>,
  table: Record<string, readonly Kind[]>,
  kind: Kind,
  path: string,
): Problem[] {
  return Object.entries(table)
    .filter(([key, kinds]) => Object.hasOwn(block, key) && !kinds.includes(kind))
    .map(([key, kinds]) =>
      problem(join(path, key), `is not for kind ${kind}: ${canDoIt(kinds)}${insteadOf(key)}`),
    );
}

function insteadOf(key: string): string {
  return INSTEAD[key] === undefined ? "" : `; ${INSTEAD[key]}`;
}

function strategyProblems(strategy: unknown, kind: Kind, path: string): Problem[] {
  if (typeof strategy !== "string" || !Object.hasOwn(STRATEGIES, strategy)) return [];
  const kinds = STRATEGIES[strategy]!;
  if (kinds.includes(kind)) return [];
  const own = CAPABILITIES[kind]?.strategies.join(" or ");
  return [problem(path, `"${strategy}" is not for kind ${kind}: ${canDoIt(kinds)}; ${kind} takes ${own}`)];
}

function canDoIt(kinds: readonly Kind[]): string {
  return kinds.length === 1 ? `only kind ${kinds[0]} can` : `kinds ${kinds.join(", ")} can`;
}

function inPlaceProblems(rollout: Record<string, unknown>, path: string): Problem[] {
  const surge = rollout.maxSurge;
  const away = rollout.maxUnavailable;
  const found: Problem[] = [];
  if (surge !== undefined && !isZero(surge)) {
    const message = `must be 0: servers are updated in place, kinds vm, container can have more copies; not ${show(surge)}`;
    found.push(problem(join(path, "maxSurge"), message));
  }
  if (away !== undefined && isZero(away)) {
    const message =
      "must be at least 1: servers are updated in place, kinds vm, container can keep all copies";
    found.push(problem(join(path, "maxUnavailable"), message));
  }
  return found;
}

/** The new version of a function is one replica: a failure allowed would send traffic to a broken one. */
function wholeProblems(rollout: Record<string, unknown>, path: string): Problem[] {
  const allowed = rollout.maxFailures;
  const isAmount =
    typeof allowed === "number" || (typeof allowed === "string" && /^\d+(\.\d+)?%$/.test(allowed));
  if (!isAmount || resolveAmount(allowed as number, 1) === 0) return [];
  const message = `must be 0: a function's new version is one replica, kinds server, vm, container have many; not ${show(allowed)}`;
  return [problem(join(path, "maxFailures"), message)];
}

function isZero(amount: unknown): boolean {
  return amount === 0 || (typeof amount === "string" && /^0+(\.0+)?%$/.test(amount));
}

function problem(path: string, message: string): Problem {
  return { path, message, sort: "kind" };
}
