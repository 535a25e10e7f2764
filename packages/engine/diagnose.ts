// Diagnose: what the driver's own eyes make of an environment's settings, with the driver's own rights.
import { type Check, check } from "#core/driver/diagnosis.ts";
import { TuttiError } from "#core/errors.ts";
import { CERTIFICATE_DAYS } from "#core/identity/identity.ts";
import type { EngineDeps } from "./deps.ts";
import { checkReceivers } from "./diagnose-receivers.ts";

export async function diagnose(deps: EngineDeps, { environment }: { environment: string }): Promise<Check[]> {
  const settings = await deps.store.environments.get(environment);
  if (!settings) throw new TuttiError("not_found", `There is no environment ${environment}.`);
  const [own, authority, receivers] = await Promise.all([
    deps.driver.diagnose?.(settings, deps.roles) ?? [],
    checkAuthority(deps, environment),
    checkReceivers(deps, settings),
  ]);
  return [...own, ...authority, ...receivers];
}

/** Nothing to say where no app asks who calls. */
async function checkAuthority(deps: EngineDeps, environment: string): Promise<Check[]> {
  const authority = await deps.store.authorities.get(environment);
  if (!authority) return [];
  const { secret, keys } = authority;
  const mend = `Restore the secret ${secret}: without it no caller gets a new identity, and those there are end within ${CERTIFICATE_DAYS} days.`;
  const found = check("allow", mend, async () => {
    const version = await deps.secrets.versionOf({ store: "secretsmanager", name: secret });
    if (version === null) throw new Error(`There is no secret ${secret}, which certifies callers.`);
    return `${secret} certifies callers; its apps believe ${keys.length} keys.`;
  });
  return [await found];
}
