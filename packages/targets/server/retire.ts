// Takes away all that the driver made for a target: the copies leave traffic and end what they have begun, then the
// listener and the target group go, then the copies on every host of the pool. Hosts that do not answer keep what they
// have, and are named in the log.

import type { RetireOptions, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { copyId } from "#core/plan/copy-id.ts";
import { placeBehind } from "#targets/balancer/balancer.ts";
import { nearestDelay } from "#targets/balancer/target-health.ts";
import { type Answer, askHosts } from "./ask-hosts.ts";
import { findHosts, poolOf } from "./hosts.ts";
import type { Server } from "./server.ts";

/** The script's lock, the time a process gets to stop, and some. */
const REMOVE_SECONDS = 45;
/** One call of the driver's function has to see the end of it. */
const LONGEST_DRAIN_SECONDS = 60;
const LONGEST_NAME_SECONDS = 60;
const BETWEEN_LOOKS_MILLISECONDS = 250;

export async function retireTarget(
  server: Server,
  target: TargetContext,
  { deleteVolumes = false }: RetireOptions = {},
): Promise<void> {
  await leaveBalancer(server, target);
  await removeName(server, target);
  const hosts = await findHosts(server.clients, poolOf(target));
  const online = hosts.filter((host) => host.online);
  const more: Record<string, string> = deleteVolumes ? { DELETE_VOLUMES: "yes" } : {};
  const answers = await askHosts(server, target, online, "removeAll", REMOVE_SECONDS, more);
  noteSilent(target, [
    ...hosts.filter((host) => !host.online).map(({ id }) => `${id} (not online)`),
    ...answers.flatMap((answer) => (answer.reached ? [] : [`${answer.host.id} (${answer.reason})`])),
  ]);
  noteDisks(target, answers);
  const left = answers.flatMap(whatIsLeft);
  if (left.length > 0)
    throw new TuttiError("driver_failed", `Not removed everywhere: ${left.join("; ").slice(0, 500)}`);
}

/** Its copies have left it before the balancer let them go; without one they leave it now. */
async function removeName({ names }: Server, target: TargetContext): Promise<void> {
  const until = target.clock.now() + LONGEST_NAME_SECONDS * 1000;
  for (;;) {
    try {
      return await names.remove(target);
    } catch (error) {
      const leaving = error instanceof TuttiError && error.code === "conflict";
      if (!leaving || target.clock.now() >= until) throw error;
      await target.clock.sleep(BETWEEN_LOOKS_MILLISECONDS);
    }
  }
}

async function leaveBalancer({ balancer, names }: Server, target: TargetContext): Promise<void> {
  const who = placeBehind(target);
  if (!who) return;
  const targetGroupArn = await balancer.find(who);
  if (targetGroupArn === null) return;
  await names.leave(target, await balancer.health(targetGroupArn));
  await drainAll(balancer, target, targetGroupArn);
  await balancer.remove(who);
}

/** Without its listener a connection is cut at once, so the requests under way come first. */
async function drainAll(balancer: Server["balancer"], target: TargetContext, arn: string): Promise<void> {
  const registered = (await balancer.health(arn)).filter((one) => one.state !== "unused");
  const { clock, spec } = target;
  await balancer.deregister(
    arn,
    registered.filter((one) => one.state !== "draining"),
  );
  const seconds = Math.min(nearestDelay(spec.rollout.drainSeconds) + 5, LONGEST_DRAIN_SECONDS);
  const until = clock.now() + seconds * 1000;
  for (let left = registered.length; left > 0 && clock.now() < until; ) {
    await clock.sleep(BETWEEN_LOOKS_MILLISECONDS);
    left = (await balancer.health(arn)).filter((one) => one.state === "draining").length;
  }
}

/** Data outlives its app: whoever reads the log finds where it is, or that it went. */
function noteDisks(target: TargetContext, answers: Answer[]): void {
  const told = answers.flatMap((answer) =>
    answer.reached
      ? (answer.copies ?? [])
          .filter(({ outcome, detail }) => outcome === "ok" && detail !== "")
          .map(({ copy, detail }) => `${copyId(answer.host.id, copy)} ${detail}`)
      : [],
  );
  const said = [...new Set(told)];
  if (said.length > 0) target.note?.(`${target.app}/${target.environment.name}: ${said.join("; ")}`);
}

function noteSilent(target: TargetContext, silent: string[]): void {
  if (silent.length === 0) return;
  const name = `${target.app}/${target.environment.name}`;
  target.note?.(`${name} was not removed from hosts that do not answer: ${silent.join(", ")}`);
}

function whatIsLeft(answer: Answer): string[] {
  if (!answer.reached || answer.result.outcome === "ok") return [];
  return [`${answer.host.id}: ${answer.result.detail}`];
}
