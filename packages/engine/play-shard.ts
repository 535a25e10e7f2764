// Play the shard: applies and watches one share of a big step. Its memory is an item of its own, so that many play at
// once; `still_running` makes the workflow ask again.

import { instant } from "#core/clock.ts";
import { NO_USAGE, withUsage } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { SHARD_SIZE } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import { shardsOf } from "#core/rollout/next-move.ts";
import type { Shard } from "#store/shards.ts";
import { asking } from "./asking.ts";
import { beginStep } from "./begin-step.ts";
import { contextFor } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, isUnderWay } from "./fence.ts";
import { failedAtOnce, type Watched, watchStep } from "./watch-step.ts";

/** Throws `still_running` while its replicas are on their way. What came of it is read by Check the step. */
export async function playShard(deps: EngineDeps, caller: Caller & { shard: number }): Promise<Move> {
  const { deployment, step } = await beginStep(deps, caller);
  if (!step || shardsOf(step, SHARD_SIZE) === 1) return { next: "check" };
  const from = caller.shard * SHARD_SIZE;
  const share = { ...step, replicas: step.replicas.slice(from, from + SHARD_SIZE) };
  const there = await deps.store.shards.get(deployment.id, step.index, caller.shard);
  // A shard of an earlier start of the step is history.
  const before = there?.startedAt === step.startedAt ? there : null;
  if (before?.done) return { next: "check" };
  const context = await contextFor(deps, deployment, step.version ?? null);
  if (!(await isUnderWay(deps, caller, step))) return { next: "check" };
  const watched = await play({ deps, caller, deployment, share, shard: caller.shard, context, before });
  const used = deps.meter?.peek() ?? NO_USAGE;
  const shard = shardOf(step, caller.shard, watched, before);
  const spent = withUsage(before?.spent ?? NO_USAGE, used);
  await deps.store.shards.put(deployment.id, { ...shard, spent }, deps.clock.now());
  deps.meter?.settle(used);
  if (watched.outcome !== "timeUp") return { next: "check" };
  throw new TuttiError("still_running", `Shard ${caller.shard + 1} of ${step.label} is not finished.`);
}

type Playing = {
  deps: EngineDeps;
  caller: Caller;
  deployment: Deployment;
  share: Step;
  shard: number;
  context: TargetContext;
  before: Shard | null;
};

async function play({ deps, caller, deployment, share, shard, context, before }: Playing): Promise<Watched> {
  const tally = {
    watches: before?.watches ?? {},
    failures: [...deployment.failures, ...(before?.failures ?? [])],
    progressAtMs: Date.parse(before?.progressAt ?? share.startedAt ?? deployment.progressAt),
    signature: "",
  };
  let state: unknown = before?.state ?? null;
  if (!before) {
    const progress = await asking(() => deps.driver.apply(context, share, null));
    if (progress.phase === "failed") return failedAtOnce(deployment, share, tally, progress);
    state = progress.state;
  }
  // One shard's ear is enough: DescribeAlarms takes 9 calls a second for the whole account (CloudWatch, service quotas).
  const deaf = shard !== 0;
  return watchStep(deps, { caller, deployment, step: share, context, state, tally, deaf });
}

function shardOf(step: Step, shard: number, watched: Watched, before: Shard | null): Shard {
  return {
    step: step.index,
    shard,
    startedAt: step.startedAt,
    state: watched.state,
    watches: watched.tally.watches,
    failures: [...(before?.failures ?? []), ...watched.failed],
    silent: watched.silent,
    healthy: watched.healthy,
    reason: watched.outcome === "hold" || watched.outcome === "rollBack" ? watched.reason : "",
    done: watched.outcome !== "timeUp",
    progressAt: instant(watched.tally.progressAtMs),
  };
}
