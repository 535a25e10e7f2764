// Starts a step. A shift goes as far as it can at once; the rest is done by looking again (check.ts).
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { checkRemoval, checkShift } from "./check.ts";
import type { FunctionDeps } from "./client.ts";
import { keep } from "./keep.ts";
import { retire } from "./retire.ts";

export async function apply(
  deps: FunctionDeps,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  if (step.type === "shift" && step.version) return checkShift(deps, target, step, state);
  if (step.keeps) return keep(deps, target, step.keeps, state);
  if (step.action === "remove") {
    await retire(deps, target);
    return checkRemoval(deps, target, step);
  }
  throw new TuttiError("not_supported_by_kind", `A function has no step of the type ${step.type}.`);
}
