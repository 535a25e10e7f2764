// What a token that is limited to some environments may change of a manifest: the blocks of its own environments, and
// what takes effect only when somebody deploys. The other environments' blocks, and what acts by itself in all of them,
// stay as they are.
import { isDeepStrictEqual } from "node:util";
import { assertReaches, assertUnlimited, type Caller } from "./caller.ts";

type Manifest = Record<string, unknown>;

/** Above the blocks, for every environment: a release is deployed without anybody asking. */
const ACTS_BY_ITSELF = { autoDeploy: false, schedules: undefined };

/** Throws `forbidden`, naming the environment. */
export function assertOwnPart(caller: Caller, before: Manifest, after: Manifest): void {
  if (caller.scope.environments.includes("*")) return;
  for (const [key, fallback] of Object.entries(ACTS_BY_ITSELF))
    if (!isDeepStrictEqual(before[key] ?? fallback, after[key] ?? fallback))
      assertUnlimited(caller, "environments");
  const [old, fresh] = [blocksOf(before), blocksOf(after)];
  for (const environment of new Set([...Object.keys(old), ...Object.keys(fresh)]))
    if (!isDeepStrictEqual(old[environment], fresh[environment])) assertReaches(caller, { environment });
}

function blocksOf({ environments }: Manifest): Manifest {
  return (environments ?? {}) as Manifest;
}
