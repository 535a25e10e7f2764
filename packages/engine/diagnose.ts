// Diagnose: what the driver's own eyes make of an environment's settings, with the driver's own rights.
import type { Check } from "#core/driver/diagnosis.ts";
import { TuttiError } from "#core/errors.ts";
import type { EngineDeps } from "./deps.ts";

export async function diagnose(deps: EngineDeps, { environment }: { environment: string }): Promise<Check[]> {
  const settings = await deps.store.environments.get(environment);
  if (!settings) throw new TuttiError("not_found", `There is no environment ${environment}.`);
  return (await deps.driver.diagnose?.(settings, deps.roles)) ?? [];
}
