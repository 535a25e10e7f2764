// A new deployment: a place at its target (the lock, or the queue), a record, an execution, in this order. Dying in
// between leaves a lock without a record or a record without an execution; the sweep frees the one and starts the other.
// Others come meanwhile, so the place is looked at again at the end.
import { instant } from "#core/clock.ts";
import type { Deployment, Purpose, Trigger } from "#core/domain/deployment.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { RolloutPolicy, Spec } from "#core/domain/spec.ts";
import type { Sequence } from "#store/target-lock.ts";
import { heldToApprovals } from "./approvals.ts";
import type { ControlDeps } from "./deps.ts";
import { assertOpen } from "./freeze.ts";
import { newDeployment } from "./new-deployment.ts";
import { startExecution, startNext } from "./start.ts";
import { supersedeAround } from "./supersede.ts";

export type Submission = {
  app: string;
  environment: string;
  version: string;
  /** The release's manifest made whole for the environment, the deployment's own `rollout` included. */
  spec: Spec;
  /** As the manifest alone has it, for who may ask for less than it does. */
  asManifest?: Spec | undefined;
  createdBy: string;
  /** Where nobody asked. */
  why?: string | undefined;
  /** Of the caller, who does not approve it where others must. */
  createdById?: string | undefined;
  trigger: Trigger;
  /** To what ran there before: a freeze does not hold it up. */
  wayBack?: boolean | undefined;
  /** An admin's word against a freeze. */
  override?: { by: string; reason: string } | undefined;
  /** Where it releases nothing. */
  purpose?: Purpose | undefined;
  /** Default: the spec's. A rollback always supersedes. */
  onConflict?: RolloutPolicy["onConflict"] | undefined;
  /** Of the trace that asked for it; without one, one begins here. */
  traceId?: string | undefined;
  /** The train that it belongs to. */
  train?: string | undefined;
  /** Drawn and remembered by whoever submits, so that submitting twice is submitting once; else a fresh one. */
  id?: string | undefined;
  /** What it may not, or must not be seen to, overtake. */
  sequences?: Sequence[] | undefined;
};

/** The recorded deployment, `planning` or `queued`. Throws `frozen`, `target_busy` where the policy is `reject`, and `outdated` where something newer was taken before. */
export async function submit(deps: ControlDeps, submission: Submission): Promise<Deployment> {
  const { app, environment, trigger } = submission;
  await assertOpen(deps, submission);
  const spec = await heldToApprovals(deps, submission);
  const id = submission.id ?? deps.ids("dep");
  const asked = submission.onConflict ?? spec.rollout.onConflict;
  const onConflict = trigger === "rollback" ? "supersede" : asked;
  const place = await deps.store.targets.acquire({
    app,
    environment,
    kind: spec.kind,
    owner: id,
    onConflict,
    sequences: submission.sequences,
  });
  const traceId = submission.traceId ?? deps.newTraceId?.();
  const deployment = newDeployment(id, { ...submission, spec, traceId }, place, instant(deps.clock.now()));
  const words = asWords(deployment, place.target.lock?.owner);
  const recorded = await record(deps, deployment, submission.why ? `${words} ${submission.why}` : words);
  if (place.outcome === "acquired") await startExecution(deps, recorded);
  await lookAgain(deps, recorded);
  return (await deps.store.deployments.get(id)) ?? recorded;
}

/** Of two that submit the same id at once, the second finds what the first has recorded. */
async function record(deps: ControlDeps, deployment: Deployment, message: string): Promise<Deployment> {
  const { id, createdBy, override } = deployment;
  const events: NewEvent[] = override ? [overrideEvent(override)] : [];
  try {
    return await deps.store.deployments.create(deployment, [
      ...events,
      { type: "status", message, actor: createdBy },
    ]);
  } catch (error) {
    const there = await deps.store.deployments.get(id);
    if (!there) throw error;
    return there;
  }
}

function overrideEvent({ by, reason }: NonNullable<Deployment["override"]>): NewEvent {
  return { type: "operator", message: `${by} overrides the environment's calendar: ${reason}`, actor: by };
}

function asWords(deployment: Deployment, owner: string | undefined): string {
  const { createdBy, version, app, environment, purpose } = deployment;
  const place = `${app}/${environment}`;
  const what =
    purpose === "restart"
      ? `${createdBy} restarts ${version} in ${place}`
      : `${createdBy} deploys ${version} to ${place}`;
  return deployment.status === "queued" ? `${what}; it waits for ${owner ?? "its turn"}.` : `${what}.`;
}

/** What happened to its place while it was being recorded: pushed out, asked to stop, or its turn already. */
async function lookAgain(deps: ControlDeps, recorded: Deployment): Promise<void> {
  const target = await deps.store.targets.need(recorded);
  await supersedeAround(deps, target, recorded.id);
  if (recorded.status === "queued" && target.lock?.owner === recorded.id)
    await startNext(deps, recorded, recorded.id);
}
