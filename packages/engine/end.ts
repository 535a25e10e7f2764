// Ends. First the deployment is closed, then the target follows in one write: what runs there, the lock, the queue.
// Dying in between leaves a lock whose owner has ended; whoever finds it settles it the same way, so an end may be
// played twice and by two.
import { instant } from "#core/clock.ts";
import { type Deployment, type EndStatus, isEnded } from "#core/domain/deployment.ts";
import { degradedNotice, recoveredNotice } from "#core/domain/notice.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { Target } from "#core/domain/target.ts";
import { TuttiError } from "#core/errors.ts";
import { stillUntidy, tidied } from "#core/heal/tidying.ts";
import { withSnapshot } from "#store/targets.ts";
import type { ControlDeps } from "./deps.ts";
import { handOverAtMs } from "./doubt.ts";
import { settledTarget } from "./settled-target.ts";
import { startNext } from "./start.ts";
import { tellMissed } from "./tell-missed.ts";
import { wakeTrainOf } from "./train/wake-train.ts";
import { asSentence } from "./why.ts";

export type End = { status: EndStatus; reason: string };

/** Closes the deployment (once) and settles its target. */
export async function end(
  deps: ControlDeps,
  deployment: Deployment,
  { status, reason }: End,
  more: {
    fleet?: Fleet | undefined;
    isTidy?: boolean | undefined;
    finalise?: (deployment: Deployment) => Deployment;
  } = {},
): Promise<void> {
  const at = instant(deps.clock.now());
  const ended = await deps.store.deployments.change(deployment.id, (before) => {
    if (isEnded(before.status)) return null;
    if (before.generation !== deployment.generation) {
      throw new TuttiError("fenced", `A newer execution of ${before.id} has taken over.`);
    }
    const closed = closedSteps(before, at);
    const whole = more.finalise ? more.finalise(closed) : closed;
    return {
      deployment: { ...whole, status, reason, endedAt: at, taskToken: null, stepState: null, watches: {} },
      events: [{ type: "status", message: `${TITLES[status]}: ${reason}` }],
    };
  });
  await settle(deps, ended, more);
}

/** As settle, for one that somebody else has ended, and perhaps died before the end was told. */
export async function settleAgain(deps: ControlDeps, deployment: Deployment): Promise<void> {
  await tellMissed(deps, deployment);
  await settle(deps, deployment);
}

/** Whoever has chosen the count knows which copies are left: disks that nobody sees are waited for no longer. */
function givenUp({ disks, ...target }: Target, { purpose, status }: Deployment): Target {
  const isGivenUp = purpose === "scale" && status === "succeeded";
  return isGivenUp || disks === undefined ? target : { ...target, disks };
}

/** What the platform did not take away now is taken away by a scheduled pass (heal/tidy-up.ts). */
function withTidiness(target: Target, by: string, isTidy: boolean, at: string): Target {
  return isTidy
    ? tidied(target, Date.parse(at))
    : { ...target, untidy: stillUntidy(target.untidy, by, Date.parse(at)) };
}

/** Gives the lock back and starts the next in the queue. Harmless where that has been done. */
async function settle(
  deps: ControlDeps,
  deployment: Deployment,
  { fleet, isTidy }: { fleet?: Fleet | undefined; isTidy?: boolean | undefined } = {},
): Promise<void> {
  // Before the lock is given back: as long as it is held, somebody comes and tells what was not told.
  await tellOfTarget(deps, deployment);
  const waitMs = handOverAtMs(deployment) - deps.clock.now();
  if (waitMs > 0) await deps.clock.sleep(waitMs);
  try {
    const at = instant(deps.clock.now());
    const { next } = await deps.store.targets.release(deployment, deployment.id, (target) => {
      const ended = givenUp(settledTarget(target, deployment), deployment);
      const settled = isTidy === undefined ? ended : withTidiness(ended, deployment.id, isTidy, at);
      return fleet ? (withSnapshot(settled, fleet, at) ?? settled) : settled;
    });
    if (next) await startNext(deps, deployment, next);
  } catch (error) {
    // The app was deleted meanwhile: there is no lock to give back.
    if (!(error instanceof TuttiError && error.code === "not_found")) throw error;
  }
  await wakeTrainOf(deps, deployment);
}

async function tellOfTarget({ store }: ControlDeps, deployment: Deployment): Promise<void> {
  if (deployment.status === "failed") return store.notices.tell([degradedNotice(deployment)]);
  const target = await store.targets.get(deployment);
  const owns = target?.lock?.owner === deployment.id;
  if (!owns || target.degraded === null || settledTarget(target, deployment).degraded !== null) return;
  await store.notices.tell([recoveredNotice(deployment)]);
}

/** How a deployment ends that has nothing left to do. Pure. */
export function naturalEnd(deployment: Deployment): End {
  const { ending, intent, changed, previousVersion } = deployment;
  const aborted = intent?.action === "abort";
  // Whoever aborts one that goes back already does not make it another end.
  if (aborted && !changed && deployment.status !== "rolling_back") {
    return {
      status: "cancelled",
      reason: `${asSentence(intent.reason ?? "aborted")} Nothing had been changed.`,
    };
  }
  if (ending === null) return { status: "succeeded", reason: successReason(deployment) };
  if (!changed)
    return { status: "rolled_back", reason: `${asSentence(ending.reason)} Nothing had been changed.` };
  const where = previousVersion === null ? "Removed again" : `Went back to ${previousVersion}`;
  return {
    status: "rolled_back",
    reason: `${where}: ${ending.reason.replace(/[.\s]*$/, ".")}${leftBehind(deployment)}`,
  };
}

/** Replicas that the way back could not bring back, within the budget. */
function leftBehind({ failures, ending }: Deployment): string {
  const since = ending?.since ?? "";
  const names = [...new Set(failures.filter((one) => one.at > since).map((one) => one.replica))];
  return names.length === 0 ? "" : ` Could not be brought back: ${named(names)}.`;
}

function named(names: string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}

function successReason({ version, steps, failures, health, purpose }: Deployment): string {
  if (failures.length > 0) {
    const names = [...new Set(failures.map((one) => one.replica))];
    return `${version} runs on ${health.desired - names.length} of ${health.desired}; ${named(names)} failed within the budget: ${asSentence(failures[0]!.reason)}`;
  }
  if (purpose === "restart") return `${version} runs in fresh copies.`;
  const kept = steps.findLast(({ keeps }) => keeps !== undefined)?.keeps;
  if (kept) return `${version} keeps ${kept.count} environments initialised.`;
  const nothing = steps.every((step) => step.status === "skipped");
  return nothing ? `${version} was running already; nothing had to be changed.` : `${version} is live.`;
}

function closedSteps(deployment: Deployment, at: string): Deployment {
  const steps = deployment.steps.map((step) => {
    if (step.status === "pending") return { ...step, status: "skipped" as const };
    return step.status === "running" ? { ...step, status: "failed" as const, endedAt: at } : step;
  });
  return { ...deployment, steps };
}

const TITLES: Record<EndStatus, string> = {
  succeeded: "Succeeded",
  rolled_back: "Rolled back",
  failed: "Failed",
  cancelled: "Cancelled",
};
