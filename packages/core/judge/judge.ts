// What to do with a step under way: go on, keep watching, hold, or go back. Pure: observations, counters and the clock
// come in, a verdict with a sentence for people comes out. A tolerated failure is within `maxFailures` of the whole
// deployment; one more acts as `onFailure` says.
import { instant } from "../clock.ts";
import type { Alarm } from "../domain/alarm.ts";
import type { Failure, Watch } from "../domain/deployment.ts";
import type { HealthPolicy, RolloutPolicy } from "../domain/spec.ts";
import type { Observation } from "../driver/driver.ts";
import { resolveAmount } from "../plan/amount.ts";
import { lookOf } from "./watch.ts";

export type JudgePolicy = {
  health: HealthPolicy;
  rollout: Pick<RolloutPolicy, "maxFailures" | "deadlineSeconds" | "onFailure">;
};

export type JudgeInput = {
  observations: Observation[];
  /** As `observe` gave them for these observations. */
  watches: Record<string, Watch>;
  /** Recorded so far. On the way back hand in only those of the way back. */
  failures: Failure[];
  /** Replicas of the whole deployment: what `maxFailures` is a percentage of. */
  total: number;
  /** When the step began; a failure recorded since then is settled and not waited for. */
  startedAtMs: number;
  /** When something last moved; the deadline counts from here. */
  progressAtMs: number;
  /** What the step brings its replicas to; `null` where it takes them away. */
  version?: string | null;
  /** The step's replicas. One without an observation is waited for. */
  replicas?: string[];
  baking?: boolean;
  /** Failures are told and nothing more; the budget does not see them. */
  bestEffort?: boolean;
  alarms?: { firing: Pick<Alarm, "name" | "reason">[]; firingAtStart: string[] };
};

export type Verdict = {
  verdict: "continue" | "keepWatching" | "hold" | "rollBack";
  /** New ones, found by this look: to be recorded. */
  failed: Failure[];
  /** Replicas of the step that have made it. */
  healthy: string[];
  /** Empty unless the verdict is hold or rollBack. */
  reason: string;
  /** Alarms that fired before the deployment began: told and left out of account. */
  ignoredAlarms: string[];
};

/** More than so many failed replicas act. A percentage rounds down: 30 % of 10 is 3, of 3 none. Never all: what runs nowhere has not succeeded. */
export function failuresAllowed(rollout: Pick<RolloutPolicy, "maxFailures">, total: number): number {
  return Math.min(resolveAmount(rollout.maxFailures, total, "floor"), Math.max(0, total - 1));
}

export function judge(policy: JudgePolicy, input: JudgeInput, nowMs: number): Verdict {
  const settled = settledReplicas(input);
  const looked = input.observations.filter((one) => !settled.has(one.replica));
  const failed = looked.flatMap((one) => {
    const reason = whyBroken(one, policy.health, input);
    return reason === null ? [] : [failure(one.replica, reason, nowMs)];
  });
  const broken = new Set(failed.map((one) => one.replica));
  const rest = looked.filter((one) => !broken.has(one.replica));
  const healthy = rest.filter((one) => isHealthy(one, policy.health, input)).map((one) => one.replica);
  const pending = pendingReplicas(input, settled, broken, new Set(healthy));
  const facts = { failed, healthy, ignoredAlarms: ignoredAlarms(input) };
  return act(policy, input, facts, pending, nowMs);
}

type Facts = Pick<Verdict, "failed" | "healthy" | "ignoredAlarms">;

function act(
  policy: JudgePolicy,
  input: JudgeInput,
  facts: Facts,
  pending: string[],
  nowMs: number,
): Verdict {
  const bad = policy.rollout.onFailure === "pause" ? "hold" : "rollBack";
  const alarm = alarmReason(input);
  if (alarm !== null) return { ...facts, verdict: bad, reason: alarm };
  const budget = budgetReason(policy, input, facts.failed);
  if (budget !== null) return { ...facts, verdict: bad, reason: budget };
  // Nobody asked for and nobody seen says nothing: a step does not pass unseen.
  const unseen = !input.baking && input.replicas === undefined && input.observations.length === 0;
  if (pending.length === 0 && !unseen) return { ...facts, verdict: "continue", reason: "" };
  const overdue = nowMs - input.progressAtMs >= policy.rollout.deadlineSeconds * 1000;
  if (!overdue) return { ...facts, verdict: "keepWatching", reason: "" };
  const stuck = pending.map((replica) => failure(replica, deadlineReason(replica, policy, input), nowMs));
  const all = { ...facts, failed: [...facts.failed, ...stuck] };
  if (input.bestEffort) return { ...all, verdict: "continue", reason: "" };
  return { ...all, verdict: bad, reason: sentence(stuck) };
}

function failure(replica: string, reason: string, nowMs: number): Failure {
  return { replica, reason, at: instant(nowMs), drained: false };
}

/** Who failed in this very step has been dealt with. A put-back step is about replicas that failed, so there only the drained count. */
function settledReplicas(input: JudgeInput): Set<string> {
  const ofThisStep = input.failures.filter(
    (one) => Date.parse(one.at) >= input.startedAtMs && (!input.bestEffort || one.drained),
  );
  return new Set(ofThisStep.map((one) => one.replica));
}

function whyBroken(one: Observation, health: HealthPolicy, input: JudgeInput): string | null {
  const where = named(one, input);
  if (!one.reachable) return `${where.replica} does not answer${colon(one.detail)}`;
  if (one.hopeless) return `${where.replica} failed${where.on}${colon(one.detail)}`;
  const watch = input.watches[one.replica];
  if (watch === undefined || watch.unhealthyInARow < health.unhealthyThreshold) return null;
  return `${where.replica} is unhealthy${where.on}${colon(watch.lastDetail)}`;
}

/** `web-2` ` on v3`; a function's replica is its version, which need not be said twice. */
function named(one: Observation, input: JudgeInput): { replica: string; on: string } {
  const version = input.version ?? one.version;
  return { replica: one.replica, on: version === null || version === one.replica ? "" : ` on ${version}` };
}

function colon(detail: string): string {
  return detail === "" ? "" : `: ${detail}`;
}

function isHealthy(one: Observation, health: HealthPolicy, input: JudgeInput): boolean {
  const good = lookOf(one, input.version) === "good";
  // In a bake a replica is all right until it is seen bad; then it is watched until it is good again or broken.
  if (input.baking) return (input.watches[one.replica]?.unhealthyInARow ?? 0) === 0;
  if (input.version === null) return good;
  const row = input.watches[one.replica]?.healthyInARow ?? 0;
  return good && one.serving && row >= health.healthyThreshold;
}

function pendingReplicas(
  input: JudgeInput,
  settled: Set<string>,
  broken: Set<string>,
  healthy: Set<string>,
): string[] {
  const wanted = input.replicas ?? input.observations.map((one) => one.replica);
  return wanted.filter((replica) => !settled.has(replica) && !broken.has(replica) && !healthy.has(replica));
}

function ignoredAlarms(input: Pick<JudgeInput, "alarms">): string[] {
  return input.alarms?.firingAtStart ?? [];
}

/** `null` where none fires that did not fire before the start. */
export function alarmReason(input: Pick<JudgeInput, "alarms">): string | null {
  const before = new Set(ignoredAlarms(input));
  const [first, ...others] = (input.alarms?.firing ?? []).filter(({ name }) => !before.has(name));
  if (!first) return null;
  const also = others.length === 0 ? "" : `; also ${others.map(({ name }) => name).join(", ")}`;
  return `alarm ${first.name} is firing${colon(first.reason.replace(/[.\s]+$/, ""))}${also}`;
}

function budgetReason(policy: JudgePolicy, input: JudgeInput, failed: Failure[]): string | null {
  if (input.bestEffort) return null;
  const all = new Set([...input.failures, ...failed].map((one) => one.replica)).size;
  const allowed = failuresAllowed(policy.rollout, input.total);
  if (all <= allowed) return null;
  const told = failed.length > 0 ? failed : input.failures.slice(-1);
  return `${sentence(told)}; ${all} ${all === 1 ? "failure" : "failures"}, ${allowed} allowed`;
}

function sentence(failures: Failure[]): string {
  const [first, ...others] = failures;
  const more =
    others.length === 0
      ? ""
      : `; also ${others
          .map((one) => one.replica)
          .slice(0, 4)
          .join(", ")}`;
  const hidden = others.length > 4 ? ` and ${others.length - 4} more` : "";
  return `${first?.reason ?? ""}${more}${hidden}`;
}

function deadlineReason(replica: string, policy: JudgePolicy, input: JudgeInput): string {
  const one = input.observations.find((observation) => observation.replica === replica);
  const state = one === undefined ? "" : `, ${one.health}${one.serving ? "" : " and not serving"}`;
  const said = one === undefined ? "" : colon(one.detail);
  return `${replica} made no progress for ${policy.rollout.deadlineSeconds} s${state}${said}`;
}
