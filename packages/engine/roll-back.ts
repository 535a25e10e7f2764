// Roll back: planning from what is live to the release before, by the same driver and the same states. Entered from
// a judgement, an operator's abort, a wait that nobody ended, or an error that the workflow caught.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import { HOLD_SECONDS } from "#core/rollout/limits.ts";
import type { Move } from "#core/rollout/messages.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { contextFor } from "./context.ts";
import { charge } from "./cost.ts";
import type { EngineDeps } from "./deps.ts";
import { countNow } from "./desired.ts";
import { type Caller, changeOwn, readOrTakeOver } from "./fence.ts";
import { fleetToPlan } from "./fleet.ts";
import { giveUpWayBack } from "./give-up.ts";
import { repairEnded } from "./heal/lend.ts";
import { moveOf } from "./move.ts";
import { withPlan } from "./steps.ts";
import { asSentence, errorNameOf, whyOf } from "./why.ts";

type Turning = Caller & { error?: unknown; enteredAt?: string };

export async function rollBack(deps: EngineDeps, caller: Turning): Promise<Move> {
  const deployment = await readOrTakeOver(deps, caller);
  if (isEnded(deployment.status)) return { next: "finish" };
  const turned = await turnBack(deps, caller);
  if (!turned.changed) return { next: "finish" };
  if ((turned.ending?.attempts ?? 0) >= 2) return giveUpWayBack(deps, turned);
  return turned.ending?.planned ? moveOf(turned) : planBack(deps, caller, turned);
}

/** Says why and that it goes back. An error on the way back costs one of its two attempts, once: the same state may run twice. */
function turnBack(deps: EngineDeps, caller: Turning): Promise<Deployment> {
  const at = instant(deps.clock.now());
  return changeOwn(deps, caller, (before) => {
    if (isEnded(before.status)) return null;
    const met = caller.enteredAt === undefined ? {} : { met: caller.enteredAt };
    if (before.ending === null) return turned(before, reasonOf(before, caller.error), at, met);
    if (!caller.error || !before.ending.planned || isMet(before, caller)) return null;
    const attempts = (before.ending.attempts ?? 0) + 1;
    const message = `The way back met an error: ${asSentence(whyOf(caller.error))}`;
    const ending = { ...before.ending, ...met, planned: false, attempts };
    return { deployment: { ...before, ending }, events: [{ type: "failure" as const, message }] };
  });
}

function isMet({ ending }: Deployment, { enteredAt }: Turning): boolean {
  return enteredAt !== undefined && ending?.met === enteredAt;
}

type Why = { reason: string; silence: boolean };

function turned(before: Deployment, { reason, silence }: Why, at: string, met: { met?: string }) {
  const ending = { status: "rolled_back" as const, reason, since: at, planned: false, attempts: 0, ...met };
  // Nobody's word is a word too: with nothing changed it ends as an abort does.
  const intent = silence ? { action: "abort" as const, actor: "tutti", at, reason } : before.intent;
  const status = before.changed ? ("rolling_back" as const) : before.status;
  const { fewestLeft: _forward, ...open } = before;
  return {
    deployment: { ...open, ending, intent, status, taskToken: null },
    events: [{ type: "status" as const, message: asSentence(reason) }],
  };
}

function reasonOf(deployment: Deployment, error: unknown): Why {
  const { intent, status, steps } = deployment;
  if (intent?.action === "abort")
    return { reason: intent.reason ?? `aborted by ${intent.actor}`, silence: false };
  const waited = status === "paused" || status === "awaiting_approval";
  if (waited && errorNameOf(error) === "States.Timeout") {
    const what = status === "paused" ? "resumed" : "approved";
    return { reason: `nobody ${what} it within ${patienceOf(deployment)}`, silence: true };
  }
  const step = steps.find((one) => one.status === "running");
  const where = step ? `${step.label}: ` : "";
  return { reason: `${where}${whyOf(error)}`, silence: false };
}

/** In words, of the wait that is over. */
function patienceOf(deployment: Deployment): string {
  const step = currentStep(deployment);
  const asked = deployment.status === "awaiting_approval" ? step?.seconds : undefined;
  const seconds = asked ?? HOLD_SECONDS;
  if (seconds % 3600 === 0) return `${seconds / 3600} ${seconds === 3600 ? "hour" : "hours"}`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

async function planBack(deps: EngineDeps, caller: Caller, deployment: Deployment): Promise<Move> {
  const version = deployment.previousVersion;
  const { spec } = deployment;
  await repairEnded(deps, deployment);
  const context = await contextFor(deps, deployment, version);
  const fleet = await fleetToPlan(deps, context, await deps.store.targets.get(deployment));
  const desired = await desiredBefore(deps, deployment, fleet);
  const request = { fleet, version, desired, rollback: true };
  const steps = deps.driver.plan(request, { ...context.spec, rollout: spec.rollout });
  const charged = charge(2);
  const at = instant(deps.clock.now());
  const after = await changeOwn(deps, caller, (before) => {
    if (before.ending === null || before.ending.planned || isEnded(before.status)) return null;
    const interrupted = before.intent?.action === "abort" ? "skipped" : "failed";
    const replanned = withPlan(before, steps.map(marked), interrupted, at);
    const ending = { ...before.ending, planned: true };
    return {
      deployment: charged({
        ...replanned,
        ending,
        startedAt: before.startedAt ?? at,
        status: "rolling_back",
        rounds: before.rounds + 1,
      }),
      events: [{ type: "status", message: wayBackMessage(version, steps.length) }],
    };
  });
  return moveOf(after);
}

function marked(step: PlannedStep): PlannedStep {
  return { ...step, rollback: true };
}

function wayBackMessage(version: string | null, steps: number): string {
  if (steps === 0) return "What is live is as it was before: nothing has to be taken back.";
  const where = version === null ? "Removing what was installed" : `Going back to ${version}`;
  return `${where}: ${steps === 1 ? "1 step" : `${steps} steps`}.`;
}

/** The count that the target had: a rollback undoes a change of it too, but not what scaling chose meanwhile. */
async function desiredBefore(deps: EngineDeps, deployment: Deployment, fleet: Fleet): Promise<number> {
  const { desired } = deployment.health;
  const before = (await deps.store.targets.get(deployment))?.desired || desired;
  return before === desired ? countNow({ desired }, fleet) || desired : before;
}
