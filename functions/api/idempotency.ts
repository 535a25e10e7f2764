// The same key and body give the first answer again. Of two calls at once one does the work and the other waits for
// its answer. A failure of ours is not kept, so that trying again can mend it.
import { TuttiError } from "#core/errors.ts";
import type { KeptAnswer } from "#store/idempotency.ts";
import type { ApiDeps } from "./deps.ts";
import type { Answer } from "./pipeline.ts";
import { asTuttiError, problemOf } from "./problem.ts";
import { refusal } from "./validate.ts";

export type Keyed = {
  key: string | undefined;
  scope: string;
  fingerprint: string;
  /** What is kept of an answer's body. */
  kept?: ((body: unknown) => unknown) | undefined;
};

type Deps = Pick<ApiDeps, "store" | "clock" | "log">;

const KEY = /^[\x21-\x7e]{1,200}$/;
const WAIT_MS = 20_000;
const ASK_MS = 200;

export async function answerOnce(deps: Deps, keyed: Keyed, work: () => Promise<Answer>): Promise<Answer> {
  const { key, scope, fingerprint, kept: keep = (body: unknown) => body } = keyed;
  if (key === undefined) return work();
  if (!KEY.test(key))
    throw refusal([{ path: "Idempotency-Key", message: "must be 1 to 200 visible ASCII characters" }]);
  const claim = { scope, key, fingerprint };
  const kept = await claimOrWait(deps, claim);
  if (kept) return kept;
  const answer = await attempt(work);
  if (answer.status >= 500) await deps.store.idempotency.forget(claim);
  else await deps.store.idempotency.settle(claim, keptOf(answer, keep), deps.clock.now());
  if (answer.thrown) throw answer.thrown;
  return answer;
}

/** A refusal is an answer too: the first answer again, whatever has changed since. */
async function attempt(work: () => Promise<Answer>): Promise<Answer & { thrown?: unknown }> {
  try {
    return await work();
  } catch (thrown) {
    const problem = problemOf(asTuttiError(thrown));
    return { status: problem.status, body: problem, thrown };
  }
}

/** A refusal has no secret in it. */
function keptOf({ status, body }: Answer, keep: (body: unknown) => unknown): Answer {
  return { status, body: status < 400 ? keep(body) : body };
}

type Claim = { scope: string; key: string; fingerprint: string };

async function claimOrWait(deps: Deps, claim: Claim): Promise<KeptAnswer | null> {
  const until = deps.clock.now() + WAIT_MS;
  for (;;) {
    try {
      return await deps.store.idempotency.claim(claim, deps.clock.now());
    } catch (error) {
      const underWay =
        error instanceof TuttiError && error.code !== "idempotency_mismatch" && error.code !== "internal";
      if (!underWay || deps.clock.now() >= until) throw error;
      await deps.clock.sleep(ASK_MS);
    }
  }
}
