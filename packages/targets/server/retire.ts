// Takes away all that the driver made for a target: its listener first, so that nobody comes any more, then the copies on
// every host of the pool, then the target group. Hosts that do not answer are told; they keep what they have.
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { askHosts } from "./ask-hosts.ts";
import { findHosts, poolOf } from "./hosts.ts";
import type { Server } from "./server.ts";

/** The script's lock, the time a process gets to stop, and some. */
const REMOVE_SECONDS = 45;

export async function retireTarget(server: Server, target: TargetContext): Promise<void> {
  const { loadBalancer, name: environment } = target.environment;
  if (loadBalancer) await server.balancer.remove({ app: target.app, environment, loadBalancer });
  const hosts = await findHosts(server.clients, poolOf(target));
  const online = hosts.filter((host) => host.online);
  const answers = await askHosts(server, target, online, "remove", REMOVE_SECONDS);
  const left = answers.flatMap((answer) => {
    if (!answer.reached) return [];
    return answer.result.outcome === "ok" ? [] : [`${answer.host.id}: ${answer.result.detail}`];
  });
  if (left.length > 0)
    throw new TuttiError("driver_failed", `Not removed everywhere: ${left.join("; ").slice(0, 500)}`);
}
