// One look at a step, judged: the bridge between a deployment and core's judge. Says what is left out of account: on
// the way back, hosts that do not answer or were given up before; in a bake, replicas that were put aside.
import type { Deployment, Failure, Watch } from "#core/domain/deployment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import type { Observation } from "#core/driver/driver.ts";
import { judge, type Verdict } from "#core/judge/judge.ts";
import { observe } from "#core/judge/watch.ts";
import type { Heard } from "./alarms.ts";

/** What has been seen of a step so far. */
export type Tally = {
  watches: Record<string, Watch>;
  /** Of the whole deployment, this step's included. */
  failures: Failure[];
  progressAtMs: number;
  /** Where the replicas stood at the last look; another one is movement. */
  signature: string;
};

export type Look = {
  watches: Record<string, Watch>;
  verdict: Verdict;
  /** Nothing of the step is left to wait for. */
  complete: boolean;
};

export function judgeStep(
  deployment: Deployment,
  step: Step,
  spec: Spec,
  tally: Tally,
  seen: { done: boolean; observations: Observation[]; heard: Heard },
  nowMs: number,
): Look {
  const aside = putAside(deployment, step, seen.observations);
  const observations = seen.observations.filter((one) => !aside.has(one.replica));
  const replicas = step.replicas.filter((replica) => !aside.has(replica));
  const baking = step.type === "bake";
  const watches = observe(tally.watches, observations, nowMs, spec.health, { version: step.version, baking });
  const verdict = judge(
    { health: spec.health, rollout: policyOf(deployment, step) },
    {
      observations,
      watches,
      failures: counted(deployment, step, tally.failures),
      total: deployment.health.desired,
      startedAtMs: Date.parse(step.startedAt ?? deployment.progressAt),
      progressAtMs: tally.progressAtMs,
      version: step.version,
      replicas,
      baking,
      bestEffort: step.bestEffort,
      alarms: { firing: seen.heard.firing, firingAtStart: deployment.alarmsAtStart ?? [] },
    },
    nowMs,
  );
  // Of copies that failed within the budget nothing more comes; traffic is shifted only when it has been read back.
  const failed = aside.size > 0 || failedHere(step, [...tally.failures, ...verdict.failed]);
  const settled = seen.done || baking || (failed && step.type !== "shift");
  return { watches, verdict, complete: verdict.verdict === "continue" && settled && !seen.heard.blind };
}

function putAside(deployment: Deployment, step: Step, observations: Observation[]): Set<string> {
  if (step.type === "bake") return new Set(deployment.failures.map((one) => one.replica));
  if (!step.rollback) return new Set();
  const silent = observations.filter((one) => !one.reachable).map((one) => one.replica);
  const givenUp = deployment.failures.filter((one) => one.drained).map((one) => one.replica);
  return new Set([...silent, ...givenUp].filter((replica) => step.replicas.includes(replica)));
}

function policyOf(deployment: Deployment, step: Step) {
  const { rollout } = deployment.spec;
  // The way back may leave as many behind as the way forward might have, counted anew; more, and it has failed.
  return step.rollback ? { ...rollout, onFailure: "rollback" as const } : rollout;
}

function counted(deployment: Deployment, step: Step, failures: Failure[]): Failure[] {
  if (!step.rollback) return failures;
  const since = deployment.ending?.since ?? deployment.createdAt;
  return failures.filter((one) => one.at > since);
}

function failedHere(step: Step, failures: Failure[]): boolean {
  const replicas = new Set(step.replicas);
  return failures.some((one) => replicas.has(one.replica) && one.at >= (step.startedAt ?? ""));
}
