// Makes bare hosts of a pool ready for apps (`server.setup`). Asked for by an operator; a deployment does the same in its install
// script where the manifest says so.
import type { TargetContext } from "#core/driver/driver.ts";
import { type Answer, askHosts } from "./ask-hosts.ts";
import type { ServerClients } from "./client.ts";
import { findHosts, poolOf } from "./hosts.ts";
import { SETUP_SECONDS } from "./scripts/compose.ts";
import { createServer } from "./server.ts";

export async function setupHosts(clients: ServerClients, target: TargetContext): Promise<Answer[]> {
  const server = createServer(clients);
  const hosts = await findHosts(clients, poolOf(target));
  return askHosts(server, target, hosts, "setup", SETUP_SECONDS);
}
