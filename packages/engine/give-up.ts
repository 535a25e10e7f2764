// Give up: the last resort, which needs only the store. A deployment that had nothing left to do ends as it should;
// one whose way back failed ends `failed`, loudly, and its target is marked degraded. Where there is a driver, it is asked
// afterwards to stop what it still makes.
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import { LOG_MESSAGES } from "#core/rollout/log-messages.ts";
import type { Move } from "#core/rollout/messages.ts";
import { abandon } from "./abandon.ts";
import type { ControlDeps, EngineDeps } from "./deps.ts";
import { type End, end, naturalEnd, settleAgain } from "./end.ts";
import { type Caller, readOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
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
  const how = endOf(deployment, why);
  if (how.status === "failed") {
    deps.log.error(LOG_MESSAGES.failed, {
      deployment: deployment.id,
      reason: how.reason,
    });
  }
  await end(deps, deployment, how);
  if ("driver" in deps) await abandon(deps, deployment);
}

function endOf(deployment: Deployment, why: string): End {
  const { changed, ending, previousVersion } = deployment;
  if (moveOf(deployment).next === "finish" || !changed) {
    const turned = ending ?? (changed ? null : { status: "rolled_back" as const, reason: why });
    return naturalEnd({ ...deployment, ending: turned });
  }
  const where =
    previousVersion === null
      ? "What was installed could not be removed"
      : `The way back to ${previousVersion} could not be completed`;
  const first = ending ? ` It was going back because ${asSentence(ending.reason)}` : "";
  return {
    status: "failed",
    reason: `${where}: ${asSentence(why)}${first} Mend it and deploy again, or roll back again.`,
  };
}
