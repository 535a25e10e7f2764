// Diagnose: what the driver's own eyes make of an environment's settings, with the driver's own rights.
import { type Check, check } from "#core/driver/diagnosis.ts";
import { TuttiError } from "#core/errors.ts";
import { CERTIFICATE_DAYS } from "#core/identity/identity.ts";
import type { EngineDeps } from "./deps.ts";
import { checkReceivers } from "./diagnose-receivers.ts";
import { whatIsHere } from "./what-is-here.ts";

export async function diagnose(deps: EngineDeps, { environment }: { environment: string }): Promise<Check[]> {
  const settings = await deps.store.environments.get(environment);
  if (!settings) throw new TuttiError("not_found", `There is no environment ${environment}.`);
  const elsewhere = await checkAccount(deps);
  // Nothing there can be looked at before the role can be assumed.
  if (elsewhere.some(({ ok }) => !ok)) return elsewhere;
  const apps = await appsIn(deps, environment);
  const here = whatIsHere(deps, settings, apps.length > 0);
  const [own, authority, receivers] = await Promise.all([
    deps.driver.diagnose?.(here.settings, deps.roles && { ...deps.roles, apps }) ?? [],
    checkAuthority(deps, environment),
    // Their secrets are at home, where another driver looks.
    deps.account ? [] : checkReceivers(deps, settings),
  ]);
  return [...elsewhere, ...here.wrong, ...own, ...authority, ...receivers];
}

/** Roles may be one for each app, which settings do not name. */
async function appsIn({ store, driver }: EngineDeps, environment: string): Promise<string[]> {
  const all = await store.targets.all();
  const there = all.filter((one) => one.environment === environment && one.kind === driver.kind);
  return there.map(({ app }) => app);
}

async function checkAccount({ account, driver }: EngineDeps): Promise<Check[]> {
  if (!account) return [];
  const mend = `Make in account ${account.id} the role that this installation may assume, with this installation's account and the external id in its trust policy (docs/accounts.md).`;
  const found = await check(`accounts.${driver.kind}.id`, mend, async () => {
    await account.assume();
    return `Its role in account ${account.id} may be assumed.`;
  });
  // The permission is granted for this very role: what is denied is denied over there.
  return [found.ok ? found : { ...found, mend }];
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
