// What the installation's own place means for an environment: outside of a network its functions reach only what is public (docs/operating.md).
// No driver can see that, so the API, which is told at deployment, says it.
import { isIP } from "node:net";
import type { Environment } from "#core/domain/environment.ts";
import { type Check, missing } from "#core/driver/diagnosis.ts";
import { isPrivate } from "#outgoing/allowance.ts";

const WHY = "the installation is in no network, so that it reaches only what is public";
const MEND = "Deploy it with TUTTI_SUBNET_IDS and TUTTI_SECURITY_GROUP_IDS (docs/operating.md)";

/** Nothing to say where it is in one: whether that is the right one is seen when something is called. */
export function networkChecks({ hooks, pools }: Environment, inNetwork: boolean): Check[] {
  if (inNetwork) return [];
  const opened = (hooks?.allowPrivate ?? []).filter(isInside);
  const mend = `${MEND}, or take out what is private.`;
  const ofHooks =
    opened.length === 0 ? [] : [missing("hooks.allowPrivate", `${opened.join(", ")}: ${WHY}.`, mend)];
  return [...ofHooks, ...Object.entries(pools).flatMap(([name, pool]) => hostChecks(name, pool))];
}

/** Names open private ranges only; loopback and link-local are a function's own. */
function isInside(entry: string): boolean {
  const [address = ""] = entry.split("/");
  return isIP(address) === 0 || isPrivate(address);
}

function hostChecks(name: string, pool: Environment["pools"][string]): Check[] {
  if (!("ssh" in pool)) return [];
  const inside = pool.ssh.hosts.filter(({ address }) => isIP(address) !== 0 && isPrivate(address));
  if (inside.length === 0) return [];
  const hosts = inside.map(({ address }) => address).join(", ");
  return [
    missing(`pools.${name}.ssh.hosts`, `${hosts}: ${WHY}.`, `${MEND}, or name hosts by public addresses.`),
  ];
}
