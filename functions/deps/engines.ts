// A driver function's engine, and the same for targets in other accounts: one of each account, made when it is first needed. What belongs
// to Tutti (the store, workflows, artifacts) stays at home; whatever is asked about a target is asked in its account.
import type { TargetAccount } from "#core/domain/environment.ts";
import type { EngineDeps } from "#engine/deps.ts";
import { accountCredentials, moved } from "./target-accounts.ts";

/** Has a client of the target's place counted, and made one of its account. */
export type Bring = <T>(client: T) => T;

export type Engines = EngineDeps & {
  /** Absent where the installation knows no other accounts. */
  in?(account: TargetAccount): EngineDeps;
};

export function enginesOf(env: NodeJS.ProcessEnv, count: Bring, make: (bring: Bring) => EngineDeps): Engines {
  const home = make(count);
  const roleName = env.TUTTI_TARGET_ROLE;
  if (!roleName) return home;
  const known = new Map<string, EngineDeps>();
  return {
    ...home,
    in: (account) => {
      const key = JSON.stringify([account.id, account.region, account.externalId]);
      const found = known.get(key) ?? engineIn(account, roleName, count, make);
      known.set(key, found);
      return found;
    },
  };
}

function engineIn(
  account: TargetAccount,
  roleName: string,
  count: Bring,
  make: (bring: Bring) => EngineDeps,
): EngineDeps {
  const assume = accountCredentials(roleName, account);
  const bring: Bring = (client) => moved(count(client), account, assume);
  return { ...make(bring), account: { id: account.id, assume } };
}
