// Which hosts a pool has, whatever the pool is: found by tag through SSM, or named one by one for SSH.
import type { ServerPool, SshHost } from "#core/domain/environment.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { listInstances, type ServerClients } from "./client.ts";

/** Small and JSON: it travels in a step's state. */
export type Host = {
  /** The replica's id: the host's name. */
  id: string;
  /** Where others reach the app: an IP address. Empty where the agent has not told one. */
  address: string;
  /** SSM's id of it; absent on SSH hosts. */
  instanceId?: string;
  online: boolean;
};

export function poolOf(target: Pick<TargetContext, "environment" | "spec">): ServerPool {
  const { environment, spec } = target;
  const pool = environment.pools[spec.server.pool];
  if (pool) return pool;
  const known = Object.keys(environment.pools).join(", ") || "none";
  throw new TuttiError(
    "invalid_input",
    `server.pool: "${spec.server.pool}" is not a pool of ${environment.name} (there are: ${known}).`,
  );
}

export async function findHosts(clients: ServerClients, pool: ServerPool): Promise<Host[]> {
  const hosts = "ssm" in pool ? await ssmHosts(clients, pool.ssm.tags) : pool.ssh.hosts.map(sshHost);
  return hosts.sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
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
