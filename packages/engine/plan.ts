// Plan: from what is live to the release. Entered by every execution; a later one plans again, since what is live may
// have changed, and keeps what is left of the plan where it is still right.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded, startsEveryCopy } from "#core/domain/deployment.ts";
import type { Fleet } from "#core/domain/replica.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import { TuttiError } from "#core/errors.ts";
import { withGates } from "#core/plan/gates.ts";
import { withHooks } from "#core/plan/hooks.ts";
import { withFresh } from "#core/plan/restart.ts";
import type { Move } from "#core/rollout/messages.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import { connectionNotes } from "./connections.ts";
import { contextFor } from "./context.ts";
import { type Charge, charge } from "./cost.ts";
import type { EngineDeps } from "./deps.ts";
import { desiredCount, keptCount } from "./desired.ts";
import type { Caller } from "./fence.ts";
import { fleetToPlan } from "./fleet.ts";
import { repairEnded } from "./heal/lend.ts";
import { ensureIdentity } from "./identity.ts";
import { moveOf } from "./move.ts";
import { assertSecrets } from "./secrets.ts";
import { withPlan } from "./steps.ts";
import { aimOf } from "./what-runs.ts";

export async function plan(deps: EngineDeps, caller: Caller): Promise<Move> {
  const deployment = await deps.store.deployments.need(caller.deploymentId);
  if (isEnded(deployment.status)) return { next: "finish" };
  if (caller.generation < deployment.generation) throw fenced(deployment, caller);
  if (!mustPlan(deployment, caller)) return moveOf(deployment);
  const stopped = deployment.intent?.action === "abort";
  if (deployment.ending !== null || stopped) return takeOver(deps, caller);
  return planForward(deps, caller, deployment);
}

/** A deployment that an earlier version of Tutti began says it by its trigger. */
function purposeOf({ purpose, trigger }: Deployment): Deployment["purpose"] {
  return purpose ?? (trigger === "scale" ? "scale" : undefined);
}

/** False for a second run of the same task: the plan is there. */
function mustPlan(deployment: Deployment, { generation }: Caller): boolean {
  const fresh = deployment.status === "queued" || deployment.status === "planning";
  return fresh || deployment.replan === true || generation > deployment.generation;
}

/** From here on the deployment is this execution's, and every earlier one is fenced off. */
function takenOver(deployment: Deployment, { generation }: Caller): Deployment {
  const { replan: _done, lent: _over, ...rest } = deployment;
  const ending = rest.ending && { ...rest.ending, planned: false };
  return { ...rest, generation, rounds: 0, ending, taskToken: null };
}

async function takeOver(deps: EngineDeps, caller: Caller): Promise<Move> {
  const charged = charge(2);
  const after = await deps.store.deployments.change(caller.deploymentId, (deployment) => {
    if (caller.generation < deployment.generation) throw fenced(deployment, caller);
    if (isEnded(deployment.status) || !mustPlan(deployment, caller)) return null;
    const { lent } = deployment;
    return { deployment: charged({ ...takenOver(deployment, caller), ...(lent ? { lent } : {}) }) };
  });
  return moveOf(after);
}

async function planForward(deps: EngineDeps, caller: Caller, before: Deployment): Promise<Move> {
  await repairEnded(deps, before);
  const target = await deps.store.targets.need(before);
  const aim = await aimOf(deps, before, target);
  const { version, spec } = aim;
  const taken = { ...takenOver(before, caller), ...aim };
  const purpose = purposeOf(taken);
  const versions = await assertSecrets(deps, spec);
  const startsAll = startsEveryCopy({ purpose, version }, target.release);
  await ensureIdentity(deps, taken, target, startsAll);
  const context = await contextFor(deps, taken, version);
  const fleet = await fleetToPlan(deps, context, target);
  const desired = await desiredCount(deps, { spec, target, fleet, purpose });
  const keep = keptCount(deps, { spec, purpose });
  const freshSince = taken.purpose === "restart" ? taken.createdAt : undefined;
  // What is restored is planned as a way back is: nobody waits for a host that does not answer, and what is broken comes first.
  const request = { fleet, version, desired, rollback: taken.purpose === "restore", keep, freshSince };
  const steps = withFresh(deps.driver.plan(request, spec).map(forward), freshSince);
  const made: Made = {
    steps,
    fleet,
    desired,
    previousVersion: target.release,
    at: instant(deps.clock.now()),
    notes: [
      ...(version === before.version ? [] : [`By now ${version} runs here, so it is about ${version}.`]),
      ...(taken.startedAt === null ? await connectionNotes(deps, taken.environment, spec) : []),
    ],
  };
  // As they were before any copy started, so that what is rotated while they do is seen later.
  const seen = spec.onSecretRotation === "redeploy" && startsAll ? { secretVersions: versions } : {};
  const charged = charge(2);
  const after = await deps.store.deployments.change(caller.deploymentId, (deployment) => {
    if (caller.generation < deployment.generation) throw fenced(deployment, caller);
    // A second run of the same task that comes late: the plan is there, and somebody may wait by it already.
    if (isEnded(deployment.status) || !mustPlan(deployment, caller)) return null;
    return planned({ ...seen, ...takenOver(deployment, caller), ...aim }, made, charged);
  });
  return moveOf(after);
}

function forward({ rollback: _asPlanned, ...step }: PlannedStep): PlannedStep {
  return step;
}

type Made = {
  steps: PlannedStep[];
  fleet: Fleet;
  desired: number;
  previousVersion: string | null;
  at: string;
  /** For the events of the first plan. */
  notes: string[];
};

function planned(before: Deployment, made: Made, charged: Charge) {
  const first = before.startedAt === null;
  const replanned = merged(before, withoutFailed(before, made.steps), made.at);
  const { replicas } = made.fleet;
  const healthy = replicas.filter((one) => one.version !== null && one.health === "healthy").length;
  const carriers = replicas.filter((one) => one.version !== null).length;
  const deployment: Deployment = {
    ...replanned,
    startedAt: before.startedAt ?? made.at,
    progressAt: made.at,
    // A carried-on deployment has changed what is live: what ran before it is what the first plan saw.
    previousVersion: first ? made.previousVersion : before.previousVersion,
    health: { healthy, unhealthy: carriers - healthy, desired: made.desired },
  };
  const count = deployment.steps.filter((step) => step.status === "pending").length;
  const message = first
    ? `Planned: ${count === 1 ? "1 step" : `${count} steps`} to ${before.version}.`
    : `Planned again: ${count === 1 ? "1 step is" : `${count} steps are`} left.`;
  return {
    deployment: charged({ ...deployment, status: statusOf(deployment) }),
    events: [
      ...made.notes.map((note) => ({ type: "note" as const, message: note })),
      { type: "status" as const, message },
    ],
  };
}

function statusOf(deployment: Deployment): Deployment["status"] {
  if (deployment.status === "paused" || deployment.intent?.action === "pause") return "paused";
  return currentStep(deployment)?.type === "approval" ? "awaiting_approval" : "running";
}

/** A replica that failed and was put back or set aside is not tried again by the same deployment. */
function withoutFailed(deployment: Deployment, steps: PlannedStep[]): PlannedStep[] {
  const failed = new Set(deployment.failures.map((one) => one.replica));
  if (failed.size === 0) return steps;
  return steps
    .map((step) => ({ ...step, replicas: step.replicas.filter((id) => !failed.has(id)) }))
    .filter((step, index) => step.replicas.length > 0 || steps[index]!.replicas.length === 0);
}

function merged(before: Deployment, steps: PlannedStep[], at: string): Deployment {
  const approved = withoutApproved(before, withGates(steps, before.spec.rollout));
  const gated = withHooks(approved, before.spec.hooks, before);
  const left = before.steps.filter((step) => step.status === "pending" || step.status === "running");
  const same = left.length === gated.length && left.every((step, i) => sameStep(step, gated[i]!));
  const untouched = left.every((step) => step.status === "pending");
  return same && untouched && left.length > 0 ? before : withPlan(before, gated, "skipped", at);
}

function sameStep(a: PlannedStep, b: PlannedStep): boolean {
  const essence = (one: PlannedStep) =>
    JSON.stringify([
      one.type,
      one.hook?.phase,
      one.hook?.position,
      one.action,
      one.version,
      one.weightPercent,
      one.seconds,
      one.replicas,
      one.leaving,
    ]);
  return essence(a) === essence(b);
}

/** What was approved is not asked for again. */
function withoutApproved(before: Deployment, gated: PlannedStep[]): PlannedStep[] {
  if (gated[0]?.type !== "approval") return gated;
  const done = before.steps.filter((step) => step.status === "succeeded");
  const once = before.spec.rollout.approval === "before";
  const approved = once ? done.some((step) => step.type === "approval") : done.at(-1)?.type === "approval";
  return approved ? gated.slice(1) : gated;
}

function fenced(deployment: Deployment, caller: Caller): TuttiError {
  const detail = `Execution ${caller.generation} of ${deployment.id} is over: number ${deployment.generation} has taken over.`;
  return new TuttiError("fenced", detail);
}
