// The step whose shards have been played: what they found, taken together, is judged as one step.
import { NO_USAGE } from "#core/domain/cost.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { Step } from "#core/domain/step.ts";
import { alarmReason, failuresAllowed } from "#core/judge/judge.ts";
import { SHARD_SIZE } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import type { Shard } from "#store/shards.ts";
import { hearOnce } from "./alarms.ts";
import { recordLook } from "./check.ts";
import type { EngineDeps } from "./deps.ts";
import type { Caller } from "./fence.ts";
import type { Watched } from "./watch-step.ts";

export async function checkShards(
  deps: EngineDeps,
  caller: Caller,
  deployment: Deployment,
  step: Step,
): Promise<Move> {
  const count = Math.ceil(step.replicas.length / SHARD_SIZE);
  const shards = (await deps.store.shards.all(deployment.id, step.index)).filter(
    (one) => one.startedAt === step.startedAt,
  );
  const done = new Set(shards.filter((one) => one.done).map((one) => one.shard));
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !done.has(index));
  if (missing.length > 0) return { next: "shards", shards: missing };
  const firing = await hearOnce(deps, deployment, step);
  const alarm = alarmReason({ alarms: { firing, firingAtStart: deployment.alarmsAtStart ?? [] } });
  const watched = together(deployment, step, shards, alarm ?? "");
  return recordLook(
    deps,
    caller,
    step,
    watched,
    count + 3,
    count,
    shards.map((one) => one.spent ?? NO_USAGE),
  );
}

function together(deployment: Deployment, step: Step, shards: Shard[], alarm: string): Watched {
  const failed = shards.flatMap((one) => one.failures);
  const failures = [...deployment.failures, ...failed];
  const seen = {
    state: null,
    tally: {
      watches: {},
      failures,
      progressAtMs: Math.max(...shards.map((one) => Date.parse(one.progressAt))),
      signature: "",
    },
    failed,
    silent: shards.flatMap((one) => one.silent),
    healthy: shards.flatMap((one) => one.healthy),
    events: [],
  };
  const told = shards.find((one) => one.reason !== "")?.reason ?? alarm;
  const reason = told || overBudget(deployment, step, failures);
  if (reason === "" || step.bestEffort) return { ...seen, outcome: "done", reason: "" };
  const hold = deployment.spec.rollout.onFailure === "pause" && !step.rollback;
  return { ...seen, outcome: hold ? "hold" : "rollBack", reason };
}

/** Each shard knew only its own failures. */
function overBudget(deployment: Deployment, step: Step, failures: Watched["failed"]): string {
  const since = step.rollback ? (deployment.ending?.since ?? "") : "";
  const count = new Set(failures.filter((one) => one.at > since).map((one) => one.replica)).size;
  const allowed = failuresAllowed(deployment.spec.rollout, deployment.health.desired);
  return count > allowed ? `${failures.at(-1)!.reason}; ${count} failures, ${allowed} allowed` : "";
}
