// Runs one verb on many hosts, or on places on them, and waits for all of them, for the verbs that answer in one call (inspect, repair,
// retire). Bounded: who has not answered by then counts as unreachable.
import type { TargetContext } from "#core/driver/driver.ts";
import { readResult, readResults, type ScriptResult } from "#targets/host/result.ts";
import { type HostFacts, readFacts } from "./host-facts.ts";
import { type HostVolume, readVolumes } from "./host-volumes.ts";
import { type Host, poolOf } from "./hosts.ts";
import { composeScript, type Verb } from "./scripts/compose.ts";
import type { Server } from "./server.ts";
import type { Outcomes } from "./transport/transport.ts";

export type Answer = { host: Host } & (
  | {
      reached: true;
      result: ScriptResult;
      /** look: every copy on the host; a host without one says so in a single result. */
      copies?: ScriptResult[];
      facts?: HostFacts | null;
      /** look: the app's disks on the host. */
      volumes?: HostVolume[];
    }
  | { reached: false; reason: string }
);

const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

export async function askHosts(
  server: Server,
  target: TargetContext,
  hosts: Host[],
  verb: Verb,
  timeoutSeconds: number,
  more: Record<string, string> = {},
): Promise<Answer[]> {
  if (hosts.length === 0) return [];
  const pool = poolOf(target);
  const scriptFor = ({ copy }: Host) => composeScript(verb, target, pool, more, copy);
  const transport = server.transport(target);
  const outcomes = await transport.run(
    hosts.map((host) => ({ host, script: scriptFor(host), timeoutSeconds })),
  );
  const until = target.clock.now() + timeoutSeconds * 1000;
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (let left = pendingOf(hosts, outcomes); left.length > 0 && target.clock.now() < until; ) {
    await target.clock.sleep(pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLISECONDS);
    for (const [id, outcome] of await transport.ask(left)) outcomes.set(id, outcome);
    left = pendingOf(hosts, outcomes);
  }
  return hosts.map((host) => answerOf(host, outcomes, timeoutSeconds));
}

function pendingOf(hosts: Host[], outcomes: Outcomes): { host: Host; ref: string }[] {
  return hosts.flatMap((host) => {
    const outcome = outcomes.get(host.id);
    return outcome?.kind === "pending" ? [{ host, ref: outcome.ref }] : [];
  });
}

function answerOf(host: Host, outcomes: Outcomes, timeoutSeconds: number): Answer {
  const outcome = outcomes.get(host.id);
  if (outcome?.kind === "exited")
    return {
      host,
      reached: true,
      result: readResult(outcome),
      copies: readResults(outcome),
      facts: readFacts(outcome.stdout),
      volumes: readVolumes(outcome.stdout),
    };
  if (outcome?.kind === "unreachable" || outcome?.kind === "lost")
    return { host, reached: false, reason: outcome.reason };
  return { host, reached: false, reason: `no answer within ${timeoutSeconds} s` };
}
