// Which hosts a pool has, whatever the pool is: found by tag through SSM, or named one by one for SSH; and the places on
// them, since a host may carry several copies of an app.
import type { ServerPool, SshHost } from "#core/domain/environment.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { wrongAt } from "#core/errors.ts";
import type { Resources } from "#core/placement/resources.ts";
import { copyId, whereIs } from "#core/plan/copy-id.ts";
import { listInstances, type ServerClients } from "./client.ts";

/** Small and JSON: it travels in a step's state. */
export type Host = {
  /** The replica's id: the host's name, and `/2` and so on behind it for a further copy there. */
  id: string;
  /** From 2; absent for the first. */
  copy?: number;
  /** Where others reach the app: an IP address. Empty where the agent has not told one. */
  address: string;
  /** SSM's id of it; absent on SSH hosts. */
  instanceId?: string;
  online: boolean;
  /** As the pool's settings say; else the host tells its capacity itself. */
  capacity?: Resources;
  zone?: string;
  labels?: Record<string, string>;
};

/** The places of these replicas; nothing for those whose host is not in the pool any more. */
export function placesOf(hosts: Host[], replicas: Iterable<string>): Map<string, Host> {
  const byName = new Map(hosts.map((host) => [host.id, host]));
  const found = new Map<string, Host>();
  for (const id of replicas) {
    const { host, copy } = whereIs(id);
    const known = byName.get(host);
    if (known) found.set(id, placeOn(known, copy));
  }
  return found;
}

export function placeOn(host: Host, copy: number): Host {
  return copy === 1 ? host : { ...host, id: copyId(host.id, copy), copy };
}

export function poolOf(target: Pick<TargetContext, "environment" | "spec">): ServerPool {
  const { environment, spec } = target;
  const pool = environment.pools[spec.server.pool];
  if (pool) return pool;
  const known = Object.keys(environment.pools).join(", ") || "none";
  throw wrongAt(
    "server.pool",
    `"${spec.server.pool}" is not a pool of ${environment.name} (there are: ${known}).`,
  );
}

export async function findHosts(clients: ServerClients, pool: ServerPool): Promise<Host[]> {
  const hosts = "ssm" in pool ? await ssmHosts(clients, pool.ssm.tags) : pool.ssh.hosts.map(sshHost);
  return hosts
    .map((host) => ({ ...host, ...settingsOf(pool, host.id) }))
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
}

function settingsOf({ capacity, hosts = {} }: ServerPool, name: string): Partial<Host> {
  const own = Object.hasOwn(hosts, name) ? hosts[name]! : {};
  return { ...(capacity ? { capacity } : {}), ...own };
}

function sshHost(host: SshHost): Host {
  return { id: host.name, address: host.address, online: true };
}

async function ssmHosts(clients: ServerClients, tags: Record<string, string>): Promise<Host[]> {
  const instances = await listInstances(clients, tags);
  const names = instances.map((instance) => instance.ComputerName);
  return instances.map(({ InstanceId = "", ComputerName, IPAddress = "", PingStatus }) => {
    const unique = ComputerName && names.indexOf(ComputerName) === names.lastIndexOf(ComputerName);
    return {
      id: unique ? ComputerName : InstanceId,
      address: IPAddress,
      instanceId: InstanceId,
      online: PingStatus === "Online",
    };
  });
}
