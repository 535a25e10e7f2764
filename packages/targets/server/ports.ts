// Which port each copy listens on, where an address alone does not tell: several copies of an app on one host have the
// same address. The hosts themselves are asked, since the ports are theirs to give (decision 0004).
import type { TargetContext } from "#core/driver/driver.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import { isPlaced } from "#core/plan/placed.ts";
import type { Backend } from "#targets/balancer/balancer.ts";
import { askHosts } from "./ask-hosts.ts";
import { type Host, placeOn } from "./hosts.ts";
import { LOOK_SECONDS } from "./scripts/compose.ts";
import type { Server } from "./server.ts";

/** By replica; a copy that is not in it listens nowhere. `null`: the address tells it all. */
export type Ports = Record<string, number> | null;

export async function portsOf(
  server: Server,
  target: TargetContext,
  places: Host[],
  backends: Backend[],
): Promise<Ports> {
  if (!isShared(target, places, backends)) return null;
  const answers = await askHosts(server, target, hostsOf(places), "look", LOOK_SECONDS);
  const found = answers.flatMap((answer) =>
    answer.reached
      ? (answer.copies ?? []).map(({ copy, port }) => [placeOn(answer.host, copy).id, port] as const)
      : [],
  );
  return Object.fromEntries(found.filter((one): one is [string, number] => one[1] !== null));
}

function hostsOf(places: Host[]): Host[] {
  const hosts = places.map(({ copy: _, ...place }) => ({ ...place, id: whereIs(place.id).host }));
  return [...new Map(hosts.map((host) => [host.id, host])).values()];
}

function isShared({ spec }: TargetContext, places: Host[], backends: Backend[]): boolean {
  const addresses = new Set(backends.map(({ address }) => address));
  return isPlaced(spec) || places.some(({ copy }) => copy !== undefined) || addresses.size < backends.length;
}

/** The backends that are this copy's. */
export function isOf(
  backend: Pick<Backend, "address" | "port">,
  place: Pick<Host, "id" | "address">,
  ports: Ports,
): boolean {
  if (place.address === "" || backend.address !== place.address) return false;
  return ports === null || backend.port === ports[place.id];
}
