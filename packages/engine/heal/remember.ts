// What a pass has seen and judged is written into the target in one write, and not at all where nothing is new. Whoever's
// write changed whether the target is degraded tells it, so that each change is told once.
import { instant } from "#core/clock.ts";
import { NOTHING_WRONG } from "#core/domain/healing.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { Target } from "#core/domain/target.ts";
import type { FleetVerdict } from "#core/heal/judge-fleet.ts";
import { type TargetName, withSnapshot } from "#store/targets.ts";
import type { EngineDeps } from "../deps.ts";
import { tellHealing } from "./tell.ts";

/** Answers whether the target has become degraded, or held, by this write. */
export async function remember(
  deps: EngineDeps,
  name: TargetName,
  fleet: Fleet,
  verdict: FleetVerdict,
): Promise<boolean> {
  const at = instant(deps.clock.now());
  let before: Target | undefined;
  const after = await deps.store.targets.change(name, (target) => {
    before = target;
    const judged = withVerdict(target, verdict);
    return withSnapshot(judged, fleet, at) ?? (judged === target ? null : judged);
  });
  return tellHealing(deps, before ?? after, after);
}

/** Pure. The same object where nothing is new. What another hand has called degraded stays its word. */
export function withVerdict(target: Target, { healing, degraded }: FleetVerdict): Target {
  const before = target.healing ?? NOTHING_WRONG;
  const others = target.degraded !== null && !before.degraded;
  const next = others ? { ...healing, degraded: false } : healing;
  const word = others ? target.degraded : degraded;
  if (word === target.degraded && JSON.stringify(next) === JSON.stringify(before)) return target;
  const { healing: _before, ...rest } = target;
  const forgotten = JSON.stringify(next) === JSON.stringify(NOTHING_WRONG);
  return { ...rest, degraded: word, ...(forgotten ? {} : { healing: next }) };
}
