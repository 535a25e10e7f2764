// Whether a release that has come to its end is really what runs: while it rolled out a host may have answered again with what it
// ran before, and the platform may have started a copy of the release before. Then it is planned once more, from what is live.
import type { Deployment } from "#core/domain/deployment.ts";
import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, changeOwn } from "./fence.ts";
import { startExecution } from "./start.ts";

/** What comes back again and again is told by the target, and the end is not put off for ever. */
const MOST_LOOKS = 2;

export function isLeftOver({ driver }: EngineDeps, deployment: Deployment, fleet: Fleet): boolean {
  const { version, spec, failures, health, lookedAgain = 0 } = deployment;
  if (lookedAgain >= MOST_LOOKS) return false;
  const others = fleet.replicas.filter((one) => isOther(one, version) && !fleet.unreachable.includes(one.id));
  // In place of a copy that failed within the budget, one of the release before goes on.
  if (others.length <= new Set(failures.map((one) => one.replica)).size) return false;
  try {
    return driver.plan({ fleet, version, desired: health.desired, rollback: false }, spec).length > 0;
  } catch {
    return false;
  }
}

function isOther({ version, health }: Replica, wanted: string): boolean {
  return version !== null && version !== wanted && health !== "draining";
}

/** In a fresh execution, which the sweep starts where this one dies. */
export async function planAgain(deps: EngineDeps, caller: Caller): Promise<void> {
  const after = await changeOwn(deps, caller, (before) => {
    const generation = before.generation + 1;
    const lookedAgain = (before.lookedAgain ?? 0) + 1;
    return {
      deployment: { ...before, generation, lookedAgain, rounds: 0, taskToken: null, replan: true },
      events: [{ type: "note", message: `Not all that runs is ${before.version} yet; planned once more.` }],
    };
  });
  await startExecution(deps, after);
}
