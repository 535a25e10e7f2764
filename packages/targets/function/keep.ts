// A step that sets how many environments of the version that serves are kept initialised: put once, then waited for, since the policy may
// choose another count as soon as it stands.
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import { type FunctionDeps, nameOf, readLive } from "./client.ts";
import { servingOf } from "./concurrency.ts";
import { listProvisioned, putProvisioned } from "./concurrency-calls.ts";
import { waitingFor, whatIsWrong } from "./warm.ts";

type Keeps = NonNullable<Step["keeps"]>;

const PUT = "put";

/** Idempotent. `state`: whether it was put. */
export async function keep(
  deps: FunctionDeps,
  target: TargetContext,
  { count }: Keeps,
  state: unknown,
): Promise<Progress> {
  const { name, number } = await serving(deps, target);
  const own = (await listProvisioned(deps.lambda, name)).find((one) => one.number === number);
  const running: Progress = { phase: "running", state: PUT, observations: [] };
  try {
    if (own && (state === PUT || own.requested === count))
      return waitingFor(own) === null ? { phase: "done", state: PUT, observations: [] } : running;
    await putProvisioned(deps.lambda, name, number, count);
    return running;
  } catch (error) {
    const reason = whatIsWrong(error);
    if (reason === null) return { ...running, state };
    return { phase: "failed", reason, observations: [] };
  }
}

/** As it was before. */
export async function keepAsBefore(
  deps: FunctionDeps,
  target: TargetContext,
  { before }: Keeps,
): Promise<void> {
  if (before === null) return;
  const { name, number } = await serving(deps, target);
  await putProvisioned(deps.lambda, name, number, before);
}

async function serving(deps: FunctionDeps, target: TargetContext): Promise<{ name: string; number: string }> {
  const live = await readLive(deps, nameOf(deps, target));
  const number = live && servingOf(live);
  if (live && number) return { name: live.name, number };
  throw new Refusal("The function has no version that serves: nothing can be kept initialised.");
}
