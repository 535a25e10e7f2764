// Whether the pools of an environment have hosts that can be reached, and the load balancer before them.
import type { Environment, ServerPool } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";
import { diagnoseBalancer } from "#targets/balancer/diagnose.ts";
import { diagnoseNamespace } from "#targets/cloud-map/diagnose.ts";
import { readSecret, type ServerClients } from "./client.ts";
import { findHosts } from "./hosts.ts";

export async function diagnose(clients: ServerClients, environment: Environment): Promise<Check[]> {
  const pools = Object.entries(environment.pools).map(([name, pool]) => diagnosePool(clients, name, pool));
  const shared = [
    diagnoseBalancer(clients.elb, environment),
    diagnoseNamespace(clients.discovery, environment),
  ];
  return (await Promise.all([...shared, ...pools])).flat();
}

async function diagnosePool(clients: ServerClients, name: string, pool: ServerPool): Promise<Check[]> {
  if ("ssh" in pool) return [await checkKey(clients, `pools.${name}.ssh.keySecret`, pool.ssh.keySecret)];
  const path = `pools.${name}.ssm.tags`;
  const found = await check(
    path,
    "Tag the hosts, and see that the SSM agent runs on them and may register.",
    async () => {
      const hosts = await findHosts(clients, pool);
      if (hosts.length === 0) throw new Error("No managed instance has these tags.");
      return `${hosts.length} hosts have these tags.`;
    },
  );
  if (!found.ok) return [found];
  return [found, await checkOnline(clients, `pools.${name}`, pool)];
}

function checkOnline(clients: ServerClients, path: string, pool: ServerPool): Promise<Check> {
  return check(
    path,
    "Start the SSM agent on them, or see why they cannot reach Systems Manager.",
    async () => {
      const hosts = await findHosts(clients, pool);
      const away = hosts.filter((host) => !host.online).map((host) => host.id);
      if (away.length > 0) throw new Error(`Not in touch with Systems Manager: ${away.join(", ")}.`);
      return `All ${hosts.length} hosts are online.`;
    },
  );
}

/** What the key opens is not tried, and nothing of it is told. */
function checkKey(clients: ServerClients, path: string, id: string): Promise<Check> {
  return check(path, "Put the private key of the pool's user into that secret, as text.", async () => {
    const text = await readSecret(clients, id);
    if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text.trim()))
      throw new Error(`The secret ${id} is no private key.`);
    return `The secret ${id} is a private key.`;
  });
}
