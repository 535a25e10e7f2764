// A new deployment: a place at its target (the lock, or the queue), a record, an execution, in this order. Dying in
// between leaves a lock without a record or a record without an execution; the sweep frees the one and starts the other.
import { instant } from "#core/clock.ts";
import type { Deployment, Trigger } from "#core/domain/deployment.ts";
import type { RolloutPolicy, Spec } from "#core/domain/spec.ts";
import { acceptAction } from "#core/rollout/accept-action.ts";
import { allowedActions } from "#core/rollout/statuses.ts";
import type { Sequence } from "#store/target-lock.ts";
import type { ControlDeps } from "./deps.ts";
import { newDeployment } from "./new-deployment.ts";
import { startExecution, startNext } from "./start.ts";
import { wake } from "./wake.ts";

export type Submission = {
  app: string;
  environment: string;
  version: string;
  /** The release's manifest made whole for the environment, the deployment's own `rollout` included. */
  spec: Spec;
  createdBy: string;
  trigger: Trigger;
  /** Default: the spec's. A rollback always supersedes. */
  onConflict?: RolloutPolicy["onConflict"] | undefined;
  /** What it may not, or must not be seen to, overtake. */
  sequences?: Sequence[] | undefined;
};

/** The recorded deployment, `planning` or `queued`. Throws `target_busy` where the policy is `reject`, and `outdated` where something newer was taken before. */
export async function submit(deps: ControlDeps, submission: Submission): Promise<Deployment> {
  const { app, environment, spec, trigger } = submission;
  const id = deps.ids("dep");
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
  const deployment = newDeployment(id, submission, place, instant(deps.clock.now()));
  const recorded = await deps.store.deployments.create(deployment, [
    { type: "status", message: asWords(deployment, place.target.lock?.owner), actor: submission.createdBy },
  ]);
  await cancelAll(deps, place.dropped, recorded);
  if (place.outcome === "acquired") await startExecution(deps, recorded);
  else await waitBehind(deps, recorded, place.target.lock?.owner ?? null, onConflict);
  return (await deps.store.deployments.get(id)) ?? recorded;
}

function asWords(deployment: Deployment, owner: string | undefined): string {
  const what = `${deployment.createdBy} deploys ${deployment.version} to ${deployment.app}/${deployment.environment}`;
  return deployment.status === "queued" ? `${what}; it waits for ${owner ?? "its turn"}.` : `${what}.`;
}

async function cancelAll(deps: ControlDeps, ids: string[], newer: Deployment): Promise<void> {
  for (const id of ids) {
    await deps.store.deployments.change(id, (deployment) => {
      if (deployment.status !== "queued") return null;
      const reason = `Superseded by ${newer.id} (${newer.version}) before it began.`;
      const at = instant(deps.clock.now());
      return {
        deployment: { ...deployment, status: "cancelled", reason, endedAt: at },
        events: [{ type: "status", message: reason }],
      };
    });
  }
}

async function waitBehind(
  deps: ControlDeps,
  newer: Deployment,
  owner: string | null,
  onConflict: RolloutPolicy["onConflict"],
): Promise<void> {
  if (onConflict === "supersede" && owner?.startsWith("dep_")) await stop(deps, owner, newer);
  // The one ahead may have ended before the newcomer was recorded: then nobody could start it.
  const target = await deps.store.targets.need(newer);
  if (target.lock?.owner === newer.id) await startNext(deps, newer, newer.id);
}

/** One on its way back is left alone: it ends by itself. */
async function stop(deps: ControlDeps, id: string, newer: Deployment): Promise<void> {
  const running = await deps.store.deployments.get(id);
  if (!running) return;
  const why = `superseded by ${newer.id} (${newer.version})`;
  const after = await deps.store.deployments.change(id, (deployment) => {
    if (!allowedActions(deployment).includes("abort") || deployment.intent?.action === "abort") return null;
    const at = instant(deps.clock.now());
    return {
      deployment: acceptAction(deployment, "abort", newer.createdBy, at, why),
      events: [{ type: "operator", message: `Asked to stop: ${why}.`, actor: newer.createdBy }],
    };
  });
  await wake(deps, after);
}
