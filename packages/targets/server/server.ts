// What every verb of this driver works with: the clients, the balancer, and the way onto the hosts of a target's pool.
import type { TargetContext } from "#core/driver/driver.ts";
import { type Balancer, createBalancer } from "#targets/balancer/balancer.ts";
import { createNames, type Names } from "#targets/cloud-map/names.ts";
import type { ServerClients } from "./client.ts";
import { poolOf } from "./hosts.ts";
import { sshTransport } from "./transport/ssh.ts";
import { ssmTransport } from "./transport/ssm.ts";
import type { Transport } from "./transport/transport.ts";

export type Server = {
  clients: ServerClients;
  balancer: Balancer;
  names: Names;
  /** Setting a host up needs root whatever the supervisor; PM2's other scripts do not, unless they set up too. */
  transport(target: Pick<TargetContext, "environment" | "spec" | "clock">): Transport;
};

export function createServer(clients: ServerClients): Server {
  return {
    clients,
    balancer: createBalancer(clients.elb),
    names: createNames(clients.discovery),
    transport(target) {
      const pool = poolOf(target);
      if ("ssm" in pool) return ssmTransport(clients, target.clock);
      const asRoot = target.spec.server.setup || target.spec.server.supervisor === "systemd";
      return sshTransport(clients, pool, { asRoot });
    },
  };
}
