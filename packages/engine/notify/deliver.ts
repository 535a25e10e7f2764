// Brings a delivery to its receiver: the attempt has been counted by whoever calls this, and what came of it is written before
// anything else is done. Short pauses are waited for here, longer ones are the sweep's. One that is given up is a dead letter.
import { instant } from "#core/clock.ts";
import type { AttemptResult, Delivery } from "#core/domain/delivery.ts";
import { afterAttempt, claimed, isDue, triedAnew } from "#core/notify/attempts.ts";
import type { NotifyDeps } from "./deps.ts";

const SHORT_PAUSE_MS = 7000;

/** `claim` it first. */
export async function deliver(deps: NotifyDeps, delivery: Delivery): Promise<void> {
  let mine: Delivery | null = delivery;
  while (mine) {
    const { now } = deps.clock;
    const result = await attempt(deps, mine);
    const after = afterAttempt(mine, result, now(), deps.random());
    if (after.status === "failed") await bury(deps, after);
    const { revision } = mine;
    const written = await deps.store.deliveries.change(mine.id, (there) =>
      there.revision === revision ? after : null,
    );
    if (written?.status !== "pending") return;
    const pauseMs = Date.parse(written.nextAttemptAt!) - now();
    if (pauseMs > SHORT_PAUSE_MS) return;
    await deps.clock.sleep(Math.max(0, pauseMs));
    mine = await claim(deps, mine.id);
  }
}

/** The sweep found it due: one attempt, if nobody else is making it. */
export async function deliverDue(deps: NotifyDeps, id: string): Promise<void> {
  const mine = await claim(deps, id);
  if (mine) await deliver(deps, mine);
}

/** An operator has it played again. */
export async function deliverAnew(deps: NotifyDeps, id: string): Promise<void> {
  const nowMs = deps.clock.now();
  await deps.store.deliveries.change(id, (there) =>
    there.status === "failed" ? triedAnew(there, nowMs) : null,
  );
  await deliverDue(deps, id);
}

function claim({ store, clock }: NotifyDeps, id: string): Promise<Delivery | null> {
  const nowMs = clock.now();
  return store.deliveries.change(id, (there) => (isDue(there, nowMs) ? claimed(there, nowMs) : null));
}

/** The receiver as the environment has it now: an address that was mended counts at once. */
async function attempt(deps: NotifyDeps, delivery: Delivery): Promise<AttemptResult> {
  const { id, notice, attempts } = delivery;
  const environment = await deps.store.environments.get(notice.environment);
  const receiver = environment?.notifications?.find(({ name }) => name === delivery.receiver);
  if (!environment || !receiver)
    return {
      outcome: "refused",
      answered: null,
      detail: `${notice.environment} has no receiver ${delivery.receiver} any more`,
    };
  const allowPrivate = environment.hooks?.allowPrivate ?? [];
  return deps.receivers.call({ receiver, notice, deliveryId: id, attempt: attempts, allowPrivate });
}

/** Before the delivery says so: told twice is better than lost. */
async function bury(
  { store, ids, clock, log }: NotifyDeps,
  { id, receiver, notice, attempts, detail }: Delivery,
): Promise<void> {
  log.warn("a notice was not delivered", { delivery: id, receiver, notice: notice.id, detail });
  await store.deadLetters.add({
    id: ids("dead"),
    at: instant(clock.now()),
    event: "notify",
    payload: { delivery: id, receiver, notice: notice.id },
    attempts,
    error: `${receiver} in ${notice.environment}: ${detail}`,
    replayedAt: null,
    replayedBy: null,
  });
}
