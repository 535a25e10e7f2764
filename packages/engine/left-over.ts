// Whether a release that has come to its end is really what runs, or on the way back the release before: meanwhile a host may have
// answered again with what it ran before, and the platform may have started a copy of the other release. Then it is planned once
// more, from what is live.
import type { Deployment } from "#core/domain/deployment.ts";
import type { Fleet, Replica } from "#core/domain/replica.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, changeOwn } from "./fence.ts";
import { startExecution } from "./start.ts";

/** What comes back again and again is told by the target, and the end is not put off for ever. */
const MOST_LOOKS = 2;

/** `spec`: of the version that the deployment ends with. */
export function isLeftOver(
  { driver }: EngineDeps,
  deployment: Deployment,
  { fleet, spec }: { fleet: Fleet; spec: Spec },
): boolean {
  const { ending, health } = deployment;
  const version = ending === null ? deployment.version : deployment.previousVersion;
  if (isAsMeant(deployment, fleet, version)) return false;
  const request = { fleet, version, desired: health.desired, rollback: ending !== null };
  try {
    return driver.plan(request, spec).length > 0;
  } catch {
    return false;
  }
}

function isAsMeant(deployment: Deployment, fleet: Fleet, version: string | null): boolean {
  const { ending, failures, health } = deployment;
  const others = fleet.replicas.filter((one) => isOther(one, version) && !fleet.unreachable.includes(one.id));
  const failed = new Set(failures.map((one) => one.replica));
  // On the way back who failed is named in the reason of the end.
  if (ending !== null) return others.every((one) => failed.has(one.id));
  // In place of a copy that failed within the budget, one of the release before goes on.
  if (others.length > failed.size) return false;
  return health.desired === 0 || fleet.replicas.some((one) => one.version === version);
}

/** Whether it has been planned anew for it so often that it is told as it is. */
export function mayPlanAgain({ lookedAgain = 0 }: Deployment): boolean {
  return lookedAgain < MOST_LOOKS;
}

function isOther({ version, health }: Replica, wanted: string | null): boolean {
  return version !== null && version !== wanted && health !== "draining";
}

/** In a fresh execution, which the sweep starts where this one dies. */
export async function planAgain(deps: EngineDeps, caller: Caller): Promise<void> {
  const after = await changeOwn(deps, caller, (before) => {
    const left = before.ending === null ? before.version : (before.previousVersion ?? "taken away");
    const generation = before.generation + 1;
    const lookedAgain = (before.lookedAgain ?? 0) + 1;
    return {
      deployment: { ...before, generation, lookedAgain, rounds: 0, taskToken: null, replan: true },
      events: [{ type: "note", message: `Not all that runs is ${left} yet; planned once more.` }],
    };
  });
  await startExecution(deps, after);
}
