// Look after: a repair that the platform carries on is watched until all copies are there and well, until what came in a patient's place
// has turned out broken too, or for half an hour; so long the lock is the run's, and who deploys waits. And the end of a repair that could
// not be carried out.
import { instant } from "#core/clock.ts";
import type { HealingAction } from "#core/domain/healing-run.ts";
import type { Replica } from "#core/domain/replica.ts";
import type { HealthPolicy } from "#core/domain/spec.ts";
import { type HealMove, LONGEST_MEND_SECONDS, LOOK_SECONDS, type MendRequest } from "#core/heal/messages.ts";
import { badLook, looksNeeded } from "#core/heal/tally.ts";
import { asking } from "../asking.ts";
import type { EngineDeps } from "../deps.ts";
import { countNow } from "../desired.ts";
import { liveTarget } from "../live.ts";
import { whyOf } from "../why.ts";
import { finished } from "./mend.ts";

const LOOK_EVERY_MS = 2_000;

export async function lookAfter(deps: EngineDeps, request: MendRequest): Promise<HealMove> {
  const { target, context } = await liveTarget(deps, request);
  const run = await deps.store.healingRuns.get(request.runId);
  if (target.lock?.owner !== request.runId || !run) return { next: "done" };
  const untilMs = deps.clock.now() + LOOK_SECONDS * 1000;
  const isOver = deps.clock.now() - Date.parse(request.startedAt) >= LONGEST_MEND_SECONDS * 1000;
  let inVain = 0;
  for (;;) {
    const fleet = await asking(() => deps.driver.inspect(context));
    const carriers = fleet.replicas.filter((one) => one.version !== null && one.health !== "draining");
    const areThere = carriers.length >= countNow(target, fleet);
    const isWell = areThere && carriers.every((one) => one.health === "healthy");
    const isSettled = areThere && !isComing(carriers, run.actions, context.spec.health, deps.clock.now());
    inVain = isSettled && !isWell ? inVain + 1 : 0;
    const isInVain = inVain >= looksNeeded(context.spec.health);
    if (isWell || isInVain || isOver) {
      await deps.store.targets.setSnapshot(request, fleet);
      const end = isWell ? ended(run.actions, "repaired") : isInVain ? ended(run.actions, "failed") : {};
      await finished(deps, request, { ...run, ...end });
      return { next: "done" };
    }
    if (deps.clock.now() >= untilMs) return { next: "look" };
    await deps.clock.sleep(LOOK_EVERY_MS);
  }
}

/** One starts, is in its grace, or is a patient that has yet to be replaced. */
function isComing(
  carriers: Replica[],
  actions: HealingAction[],
  health: HealthPolicy,
  nowMs: number,
): boolean {
  const leaving = actions
    .filter(({ result, action }) => result === "begun" && action.startsWith("replace"))
    .map((one) => one.replica);
  return carriers.some(
    (one) => leaving.includes(one.id) || (one.health !== "healthy" && badLook(one, health, nowMs) === null),
  );
}

/** `failed`: what the platform brought is broken too, so that the next survey goes on with the next repair, or gives up. */
function ended(
  before: HealingAction[],
  result: "repaired" | "failed",
): { actions: HealingAction[]; summary: string } {
  const actions = before.map((one) => (one.result === "begun" ? { ...one, result } : one));
  const repaired = actions.filter((one) => one.result === "repaired").length;
  return { actions, summary: `${repaired} of ${actions.length} repaired.` };
}

/** The workflow has met an error that no other try mends. */
export async function endMend(
  deps: EngineDeps,
  request: MendRequest & { error?: unknown },
): Promise<HealMove> {
  const run = await deps.store.healingRuns.get(request.runId);
  const why = whyOf(request.error);
  const action = {
    replica: null,
    finding: "a repair that could not be carried out",
    action: why,
    result: "failed" as const,
  };
  deps.log.warn("a repair could not be carried out", {
    run: request.runId,
    at: instant(deps.clock.now()),
    why,
  });
  await finished(deps, request, {
    actions: [...(run?.actions ?? []), action],
    summary: `The repair failed: ${why}`,
  });
  return { next: "done" };
}
