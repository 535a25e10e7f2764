// One deployment for one thing that happened, however often it is told: the first submission is remembered for a day.
import type { Deployment } from "#core/domain/deployment.ts";
import { TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { type Submission, submit } from "#engine/submit.ts";
import type { IdempotencyClaim } from "#store/idempotency.ts";

/** What happened: `scope` is its source; the environment is added to `key`. `fingerprint`: of what was asked for; default the version. */
export type Occasion = { scope: string; key: string; fingerprint?: string };

/** Throws what `submit` throws, and `stale_write` while another run of the same is at it, which may yet fail. */
export async function submitOnce(
  deps: ControlDeps,
  { scope, key, fingerprint }: Occasion,
  submission: Submission,
): Promise<{ deployment: Deployment; fresh: boolean }> {
  const claim = {
    scope,
    key: `${key}/${submission.environment}`,
    fingerprint: fingerprint ?? submission.version,
  };
  const kept = await claimed(deps, claim);
  if (kept) {
    const { id } = kept.body as { id: string };
    return { deployment: await deps.store.deployments.need(id), fresh: false };
  }
  const deployment = await submit(deps, submission).catch(async (error: unknown) => {
    await deps.store.idempotency.forget(claim);
    throw error;
  });
  await deps.store.idempotency.settle(claim, { status: 202, body: { id: deployment.id } }, deps.clock.now());
  return { deployment, fresh: true };
}

function claimed({ store, clock }: ControlDeps, claim: IdempotencyClaim) {
  return store.idempotency.claim(claim, clock.now()).catch((error: unknown) => {
    if (!(error instanceof TuttiError) || error.code !== "conflict") throw error;
    throw new TuttiError("stale_write", "The same is being deployed by another run.", { cause: error });
  });
}
