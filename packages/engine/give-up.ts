// Give up: the last resort, which needs only the store. A deployment that had nothing left to do and is seen to stand as it was meant
// to ends as it should; one whose way back failed ends `failed`, loudly, and its target is marked degraded. Where there is a driver, it is asked
// afterwards to stop what it still makes.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { Move } from "#core/rollout/messages.ts";
import { abandon } from "./abandon.ts";
import type { ControlDeps, EngineDeps } from "./deps.ts";
import { type End, end, naturalEnd, settleAgain } from "./end.ts";
import { type Caller, readOwn } from "./fence.ts";
import { lastLook, versionLeft } from "./last-look.ts";
import { moveOf } from "./move.ts";
import { trying } from "./trying.ts";
import { asSentence, whyOf } from "./why.ts";

const DONE: Move = { next: "finish" };

export async function giveUp(deps: ControlDeps, caller: Caller & { error?: unknown }): Promise<Move> {
  const deployment = await deps.store.deployments.need(caller.deploymentId);
  if (isEnded(deployment.status)) await settleAgain(deps, deployment);
  else await close(deps, await readOwn(deps, caller), whyOf(caller.error));
  return DONE;
}

/** Twice a step of the way back has failed. */
export async function giveUpWayBack(deps: ControlDeps, deployment: Deployment): Promise<Move> {
  const last = deployment.failures.at(-1)?.reason ?? "its steps failed twice";
  await close(deps, deployment, last);
  return DONE;
}

async function close(deps: ControlDeps | EngineDeps, deployment: Deployment, why: string): Promise<void> {
  const fleet = await seenAsMeant(deps, deployment);
  const how = endOf(deployment, why, fleet !== undefined);
  if (how.status === "failed") {
    deps.log.error(LOG_MESSAGES.failed, {
      deployment: deployment.id,
      reason: how.reason,
    });
  }
  // Where nothing was to stay, it has not all been taken away.
  const isTidy = deployment.changed && versionLeft(deployment) === null ? false : undefined;
  await end(deps, deployment, how, { fleet, isTidy });
  if ("driver" in deps) await abandon(deps, deployment);
}

/** One that had nothing left to do may have met an error after its last look, or before it: then it is looked at once more. */
async function seenAsMeant(
  deps: ControlDeps | EngineDeps,
  deployment: Deployment,
): Promise<Fleet | undefined> {
  if (!isPlayed(deployment) || !("driver" in deps)) return undefined;
  const sight = await trying(deps, deployment, "inspect", lastLook);
  return sight?.leftOver === false ? sight.fleet : undefined;
}

function isPlayed(deployment: Deployment): boolean {
  return deployment.changed && moveOf(deployment).next === "finish";
}

function endOf(deployment: Deployment, why: string, isSeen: boolean): End {
  const { changed, ending } = deployment;
  if (!changed || isSeen) {
    const turned = ending ?? (changed ? null : { status: "rolled_back" as const, reason: why });
    return naturalEnd({ ...deployment, ending: turned });
  }
  const first = ending ? ` It was going back because ${asSentence(ending.reason)}` : "";
  return {
    status: "failed",
    reason: `${whatFailed(deployment)}: ${asSentence(why)}${first} Mend it and deploy again, or roll back again.`,
  };
}

function whatFailed(deployment: Deployment): string {
  const { ending, version, previousVersion } = deployment;
  if (ending === null && isPlayed(deployment))
    return `${version} was rolled out, and what runs could not be seen`;
  return previousVersion === null
    ? "What was installed could not be removed"
    : `The way back to ${previousVersion} could not be completed`;
}
