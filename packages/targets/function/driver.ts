// The function driver: a release is a published version behind the alias `live`, and a step moves the alias's weight.
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver } from "#core/driver/driver.ts";
import { apply } from "./apply.ts";
import { check } from "./check.ts";
import type { FunctionDeps } from "./client.ts";
import { tidy } from "./concurrency.ts";
import { diagnoseRole } from "./diagnose-role.ts";
import { inspect } from "./inspect.ts";
import { keepAsBefore } from "./keep.ts";
import { concurrencyNotes, placeNotes, replicaNotes } from "./notes.ts";
import { plan } from "./plan.ts";
import { repair } from "./repair.ts";
import { retire } from "./retire.ts";
import { networkProblem } from "./storage.ts";

export function functionDriver(deps: FunctionDeps): Driver {
  return {
    kind: "function",
    capabilities: CAPABILITIES.function!,
    inspect: (target) => inspect(deps, target),
    plan,
    apply: (target, step, state) => apply(deps, target, step, state),
    check: (target, step, state) => check(deps, target, step, state),
    repair: (target, fleet, orders) => repair(deps, target, fleet, orders),
    retire: (target) => retire(deps, target),
    abandon: async (target, { keeps }) => (keeps ? keepAsBefore(deps, target, keeps) : undefined),
    tidy: (target) => tidy(deps, target),
    diagnose: async (environment, roles) => {
      const { functionRoleArn = deps.defaultRoleArn } = environment;
      const role = functionRoleArn ? [await diagnoseRole(deps.namePrefix, functionRoleArn, roles)] : [];
      if (!environment.storage) return role;
      const { diagnoseStorage } = await import("#targets/files/diagnose.ts");
      return [...role, ...(await diagnoseStorage(deps.efs, environment))];
    },
    notes: ({ spec, environment }) => [
      ...placeNotes(networkProblem({ spec, environment })),
      ...replicaNotes(spec),
      ...concurrencyNotes(spec),
    ],
  };
}
