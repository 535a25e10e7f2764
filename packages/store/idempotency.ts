// The first answer to an idempotency key, for a day. A key is claimed before the work begins, so that two calls at
// once do it once; a claim whose owner died is free again after a minute.
import { TuttiError } from "#core/errors.ts";
import { Conflict } from "./conflict.ts";
import { keys } from "./keys.ts";
import { ABSENT, type Item, type Table } from "./table.ts";

const KEPT_SECONDS = 86_400;
const CLAIM_MS = 60_000;

/** `scope` is whoever sent the key; `fingerprint` is of method, path and body. */
export type IdempotencyClaim = { scope: string; key: string; fingerprint: string };
export type KeptAnswer = { status: number; body: unknown };

export type Idempotency = {
  /** `null`: go ahead, the key is yours. Throws `idempotency_mismatch`, and `conflict` while the first call is still under way. */
  claim(claim: IdempotencyClaim, nowMs: number): Promise<KeptAnswer | null>;
  /** Keeps the answer. */
  settle(claim: IdempotencyClaim, answer: KeptAnswer, nowMs: number): Promise<void>;
  /** Gives the key back: the work failed in a way that trying again may mend. */
  forget(claim: IdempotencyClaim): Promise<void>;
};

export function idempotencyIn(table: Table): Idempotency {
  return {
    claim: (claim, nowMs) => take(table, claim, nowMs),
    settle: (claim, answer, nowMs) =>
      table.put({
        ...itemOf(claim, nowMs),
        status: answer.status,
        body: JSON.stringify(answer.body ?? null),
      }),
    forget: (claim) => table.remove(keys.idempotency(claim.scope, claim.key)),
  };
}

async function take(table: Table, claim: IdempotencyClaim, nowMs: number): Promise<KeptAnswer | null> {
  try {
    await table.put(itemOf(claim, nowMs), ABSENT);
    return null;
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return answerFrom(table, claim, error.current as Item | null, nowMs);
  }
}

async function answerFrom(table: Table, claim: IdempotencyClaim, there: Item | null, nowMs: number) {
  if (!there || (there.ttl as number) * 1000 < nowMs) return takeOver(table, claim, there, nowMs);
  if (there.fingerprint !== claim.fingerprint) {
    throw new TuttiError("idempotency_mismatch", "Use a fresh Idempotency-Key for another request.");
  }
  if (there.status !== undefined) {
    return { status: there.status as number, body: JSON.parse(there.body as string) as unknown };
  }
  if ((there.claimedAtMs as number) + CLAIM_MS < nowMs) return takeOver(table, claim, there, nowMs);
  throw new TuttiError("conflict", "The first call with this Idempotency-Key is still under way.");
}

async function takeOver(
  table: Table,
  claim: IdempotencyClaim,
  there: Item | null,
  nowMs: number,
): Promise<null> {
  const condition = there
    ? { expression: "claimedAtMs = :was", values: { ":was": there.claimedAtMs } }
    : ABSENT;
  await table.put(itemOf(claim, nowMs), condition);
  return null;
}

function itemOf(claim: IdempotencyClaim, nowMs: number) {
  return {
    ...keys.idempotency(claim.scope, claim.key),
    fingerprint: claim.fingerprint,
    claimedAtMs: nowMs,
    ttl: Math.floor(nowMs / 1000) + KEPT_SECONDS,
  };
}
