// Finish: a last live read, then the end. May be played twice and by two. Whoever has changed something ends when it has been seen
// what came of it; where it cannot be seen for long, the workflow gives up.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { Move } from "#core/rollout/messages.ts";
import { abandon } from "./abandon.ts";
import { asking } from "./asking.ts";
import { contextFor } from "./context.ts";
import { charge } from "./cost.ts";
import type { EngineDeps } from "./deps.ts";
import { end, naturalEnd, settleAgain } from "./end.ts";
import { type Caller, readOwn } from "./fence.ts";
import { repairEnded } from "./heal/lend.ts";
import { lastLook, untilSeen, versionLeft } from "./last-look.ts";
import { mayPlanAgain, planAgain } from "./left-over.ts";
import { trying } from "./trying.ts";

const DONE: Move = { next: "finish" };

export async function finish(deps: EngineDeps, caller: Caller): Promise<Move> {
  const deployment = await deps.store.deployments.need(caller.deploymentId);
  if (isEnded(deployment.status)) {
    await settleAgain(deps, deployment);
    return DONE;
  }
  await repairEnded(deps, await readOwn(deps, caller));
  const natural = naturalEnd(deployment);
  await abandon(deps, deployment);
  const isTidy = deployment.changed ? await cleanUp(deps, caller, deployment) : undefined;
  const sight = deployment.changed
    ? await untilSeen(deps, deployment)
    : await trying(deps, deployment, "inspect", lastLook);
  const stays = deployment.changed || natural.status === "succeeded";
  if (stays && sight?.leftOver && mayPlanAgain(deployment)) {
    await planAgain(deps, caller);
    return DONE;
  }
  const fleet = sight?.fleet;
  const charged = charge(2);
  await end(deps, deployment, natural, {
    fleet,
    isTidy,
    finalise: (before) => charged(fleet ? { ...before, health: healthOf(before, fleet) } : before),
  });
  return DONE;
}

/** Whether all was taken away; a scheduled pass does the rest (heal/tidy-up.ts). What never stood before goes whole; else what was borrowed is given back, as far as the platform does it now. */
async function cleanUp(
  deps: EngineDeps,
  caller: Caller,
  deployment: Deployment,
): Promise<boolean | undefined> {
  const version = versionLeft(deployment);
  const context = { ...(await contextFor(deps, deployment, version)), note: deps.log.warn };
  // Another run of this task may have ended it, and the target is somebody else's.
  if (isEnded((await readOwn(deps, caller)).status)) return undefined;
  if (version === null) {
    await asking(() => deps.driver.retire(context));
    return undefined;
  }
  const { tidy } = deps.driver;
  if (!tidy) return undefined;
  const isDone = await trying(deps, deployment, "tidy", async () => {
    await tidy(context);
    return true;
  });
  return isDone ?? false;
}

/** The count is what the platform keeps, where it keeps one: scaling may have changed it on the way. */
function healthOf({ health }: Deployment, { replicas, desired }: Fleet): Deployment["health"] {
  const carriers = replicas.filter((one) => one.version !== null);
  const healthy = carriers.filter((one) => one.health === "healthy").length;
  return { healthy, unhealthy: carriers.length - healthy, desired: desired ?? health.desired };
}
