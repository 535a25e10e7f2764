// The token of a state that waits. Each attempt of a state has its own, and a run of an earlier attempt may come late: its token must
// not take the place of the one that is waited with, or nobody would ever be woken.
import type { Deployment } from "#core/domain/deployment.ts";
import type { WaitingCall } from "#core/rollout/messages.ts";

/** Sorts by the attempts' order; empty where an earlier version of Tutti started the execution. */
function attemptOf({ enteredAt, retry = 0 }: WaitingCall): string {
  return enteredAt === undefined ? "" : `${enteredAt}#${String(retry).padStart(6, "0")}`;
}

export function isLate({ taskToken, tokenOf = "" }: Deployment, caller: WaitingCall): boolean {
  return taskToken !== null && attemptOf(caller) < tokenOf;
}

export function withToken(deployment: Deployment, caller: WaitingCall): Deployment {
  return { ...deployment, taskToken: caller.taskToken, tokenOf: attemptOf(caller) };
}
