// A deployment that waits for a person keeps its lock, and lends it for one repair. Both words, "it waits" and "it is lent",
// stand in the deployment, so that a repair never begins beside a step: whoever goes on finds the loan, waits for its end,
// and plans from what is live then.
import { instant } from "#core/clock.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import { TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "../deps.ts";

/** A restart and one watch of its start take 45 s at most (the drivers' `repair`); an owner that died lets go by then. */
export const LONGEST_REPAIR_MS = 90_000;
const BETWEEN_LOOKS_MS = 500;

/** Asked right before anything is touched: whoever was slow may have lost what it took. Throws `fenced`. */
export type AssertOwn = () => Promise<void>;

export function tooLate(runId: string): TuttiError {
  return new TuttiError(
    "fenced",
    `This attempt of ${runId} has taken too long: it may touch nothing any more.`,
  );
}

type Loan = NonNullable<Deployment["lent"]>;

const WAITING = new Set<Deployment["status"]>(["paused", "awaiting_approval", "queued"]);

/** One that was told to stop may be at its end before the repair is. */
export function isWaiting({ status, intent }: Pick<Deployment, "status" | "intent">): boolean {
  return WAITING.has(status) && intent?.action !== "abort";
}

/**
 * Answers `null`, and does no work, where it goes on meanwhile or is lent already: to another run, or to an earlier attempt of this one,
 * whose answer was lost and which may be at work still.
 */
export async function underLoan<T>(
  deps: ControlDeps,
  deploymentId: string,
  runId: string,
  work: (assertOwn: AssertOwn) => Promise<T>,
): Promise<T | null> {
  const until = instant(deps.clock.now() + LONGEST_REPAIR_MS);
  const after = await deps.store.deployments.change(deploymentId, (before) => {
    if (!isWaiting(before) || isLent(before, deps.clock.now())) return null;
    return { deployment: { ...before, lent: { to: runId, until } } };
  });
  const loan = { to: runId, until };
  if (!isSame(after.lent, loan)) return null;
  try {
    return await work(() => assertLent(deps, deploymentId, loan));
  } finally {
    await giveBack(deps, deploymentId, loan);
  }
}

async function assertLent(deps: ControlDeps, deploymentId: string, loan: Loan): Promise<void> {
  const { lent } = await deps.store.deployments.need(deploymentId);
  if (!isSame(lent, loan) || deps.clock.now() >= Date.parse(loan.until)) throw tooLate(loan.to);
}

/** Waits until nobody repairs its target any more. */
export async function repairEnded(deps: ControlDeps, deployment: Deployment): Promise<void> {
  for (let { lent } = deployment; lent !== undefined; ) {
    if (deps.clock.now() >= Date.parse(lent.until)) return;
    await deps.clock.sleep(BETWEEN_LOOKS_MS);
    ({ lent } = await deps.store.deployments.need(deployment.id));
  }
}

/** The loan stays written, over: whoever goes on sees that there was one. */
async function giveBack(deps: ControlDeps, deploymentId: string, loan: Loan): Promise<void> {
  const at = instant(deps.clock.now());
  await deps.store.deployments.change(deploymentId, (before) =>
    isSame(before.lent, loan) ? { deployment: { ...before, lent: { ...loan, until: at } } } : null,
  );
}

/** Two attempts of one run begin at different instants, and so do their loans end. */
function isSame(one: Loan | undefined, other: Loan): boolean {
  return one?.to === other.to && one.until === other.until;
}

export function isLent({ lent }: Deployment, nowMs: number): boolean {
  return lent !== undefined && Date.parse(lent.until) > nowMs;
}
