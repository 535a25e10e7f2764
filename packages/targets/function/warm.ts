// Before a version gets traffic: as many of its environments are initialised as `scaling` asks for, and no fewer than the version that
// serves has. Provisioned concurrency is the version's own and not the alias's, which cannot have any while it has weights (Lambda
// answers "Alias with weights can not be used with Provisioned Concurrency").
import type { TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import { type FunctionDeps, isNamed } from "./client.ts";
import {
  listProvisioned,
  type Provisioned,
  putProvisioned,
  putReserved,
  readReserved,
} from "./concurrency-calls.ts";

/** What is still to be waited for, in words; `null` where the version is ready for traffic. Idempotent. */
export async function warm(
  { lambda }: Pick<FunctionDeps, "lambda">,
  { spec }: Pick<TargetContext, "spec">,
  name: string,
  number: string,
): Promise<string | null> {
  try {
    if (!spec.scaling) return null;
    await makeRoom(lambda, name, spec.function.reservedConcurrency ?? null);
    const all = await listProvisioned(lambda, name);
    const own = all.find((one) => one.number === number);
    const wanted = countFor(spec.scaling, all);
    if (own && own.requested >= wanted) return waitingFor(own);
    await putProvisioned(lambda, name, number, wanted);
    return initialising(0, wanted);
  } catch (error) {
    const reason = whatIsWrong(error);
    if (reason === null) return "Lambda is busy with another change";
    throw new Refusal(reason, { cause: error });
  }
}

/** What no waiting will mend; `null` where Lambda is busy with another change. Throws what is neither. */
export function whatIsWrong(error: unknown): string | null {
  if (error instanceof Refusal) return error.message;
  if (isNamed(error, "ResourceConflictException")) return null;
  if (!isNamed(error, "InvalidParameterValueException", "LimitExceededException")) throw error;
  return `Lambda refused the concurrency: ${(error as Error).message}`;
}

/** Pure: scaling may have chosen more than the least for the version that serves. */
export function countFor(
  { min, max }: { min: number; max: number },
  provisioned: Pick<Provisioned, "requested">[],
): number {
  return Math.min(max, Math.max(min, ...provisioned.map(({ requested }) => requested)));
}

/** What is provisioned comes out of what is reserved, so more is reserved first; less at the end (concurrency.ts). */
async function makeRoom(lambda: FunctionDeps["lambda"], name: string, wanted: number | null): Promise<void> {
  const now = await readReserved(lambda, name);
  if (now === null ? wanted === null : wanted !== null && wanted <= now) return;
  // From no limit to one is less.
  if (now !== null) await putReserved(lambda, name, wanted);
}

/** In words; `null` where they are initialised. */
export function waitingFor({ status, available, requested, reason }: Provisioned): string | null {
  if (status === "READY") return null;
  if (status === "FAILED")
    throw new Refusal(`Lambda could not initialise ${requested} environments: ${reason}`);
  return initialising(available, requested);
}

function initialising(available: number, requested: number): string {
  return `Lambda has initialised ${available} of ${requested} environments`;
}
