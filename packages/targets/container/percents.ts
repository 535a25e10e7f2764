// maxSurge and maxUnavailable as ECS takes them: percentages of the desired count, of which ECS rounds the most down and the
// least up (ECS developer guide, "Rolling update deployments", maximumPercent and minimumHealthyPercent). So the maximum is
// rounded up and the minimum down here, and one more task really fits: 3 + 1 is 134 %.
import type { Amount, RolloutPolicy } from "#core/domain/spec.ts";
import { resolveAmount } from "#core/plan/amount.ts";
import { batchSize } from "#core/plan/batches.ts";

export type Percents = { maximumPercent: number; minimumHealthyPercent: number };

type Policy = Pick<RolloutPolicy, "strategy" | "batch" | "maxSurge" | "maxUnavailable">;

/** Pure. `batch` caps the surge and nothing else: ECS knows no batches. Of more than 100 copies a percent is more than one: then the next one that keeps the promise is taken, where one does. */
export function percentsOf(rollout: Policy, desired: number): Percents {
  const count = Math.max(1, desired);
  const most = count + surgeOf(rollout, count);
  const least = Math.max(0, count - resolveAmount(rollout.maxUnavailable, count, "floor"));
  const up = Math.ceil((100 * most) / count);
  const down = Math.floor((100 * least) / count);
  const tooMany = Math.floor((count * up) / 100) > most && Math.floor((count * (up - 1)) / 100) > count;
  const tooFew = Math.ceil((count * down) / 100) < least && (down + 1 < 100 || most > count);
  return { maximumPercent: tooMany ? up - 1 : up, minimumHealthyPercent: tooFew ? down + 1 : down };
}

function surgeOf({ strategy, batch, maxSurge }: Policy, count: number): number {
  const surge = resolveAmount(maxSurge, count, "ceil");
  if (strategy === "allAtOnce") return surge;
  const entries: Amount[] = Array.isArray(batch) ? batch : [batch];
  return Math.min(surge, Math.max(...entries.map((entry) => batchSize(entry, count))));
}
