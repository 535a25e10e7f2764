// A driver function's engine, and the same for targets in other accounts: one of each account, made when it is first needed. What belongs
// to Tutti (the store, workflows, artifacts) stays at home; whatever is asked about a target is asked in its account.
import type { TargetAccount } from "#core/domain/environment.ts";
import type { EngineDeps } from "#engine/deps.ts";
import { type Bring, inEachAccount } from "./target-accounts.ts";

export type Engines = EngineDeps & {
  /** Absent where the installation knows no other accounts. */
  in?(account: TargetAccount): EngineDeps;
};

export function enginesOf(env: NodeJS.ProcessEnv, count: Bring, make: (bring: Bring) => EngineDeps): Engines {
  const roleName = env.TUTTI_TARGET_ROLE;
  if (!roleName) return make(count);
  const elsewhere = inEachAccount(roleName, (bring, assume, { id, region }) => ({
    ...make((client) => bring(count(client))),
    account: { id, region, assume },
  }));
  return { ...make(count), in: elsewhere };
}
