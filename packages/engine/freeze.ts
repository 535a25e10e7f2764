// Whether the calendar of an environment lets a deployment begin: asked when it is taken, and again when its turn comes.
import type { Deployment } from "#core/domain/deployment.ts";
import { TuttiError } from "#core/errors.ts";
import { type Closed, closedAt, closedSentence, isHeldByFreeze } from "#core/freeze/freeze.ts";
import type { ControlDeps } from "./deps.ts";
import type { Submission } from "./submit.ts";

/** Throws `frozen` with `extra.opensAt`. */
export async function assertOpen(deps: ControlDeps, submission: Submission): Promise<void> {
  if (!isHeldByFreeze(submission)) return;
  const closed = await closedNow(deps, submission.environment);
  if (closed === null || (await isRecorded(deps, submission))) return;
  throw new TuttiError("frozen", closedSentence(submission.environment, closed), {
    extra: { opensAt: closed.opensAt },
  });
}

/** One that is submitted again was taken before: it is not refused now. */
async function isRecorded(deps: ControlDeps, { id }: Submission): Promise<boolean> {
  return id !== undefined && (await deps.store.deployments.get(id)) !== null;
}

/** What holds up one whose turn it is; `null`: nothing. */
export async function heldUpBy(deps: ControlDeps, deployment: Deployment): Promise<Closed | null> {
  return isHeldByFreeze(deployment) ? closedNow(deps, deployment.environment) : null;
}

export async function closedNow(deps: ControlDeps, environment: string): Promise<Closed | null> {
  const place = await deps.store.environments.get(environment);
  return place ? closedAt(place, deps.clock.now()) : null;
}
