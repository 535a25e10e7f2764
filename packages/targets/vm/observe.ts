// What the engine is told of the copies of a step. A copy that is launched, boots or is looked at for the first time is
// neither good nor bad yet; one that is late, or that the load balancer finds unhealthy, is asked itself once in a while.
import type { Observation, TargetContext } from "#core/driver/driver.ts";
import { readResult, type ScriptResult } from "#targets/host/result.ts";
import {
  listInvocations,
  notListed,
  type Outcome,
  readInvocation,
  startCommand,
} from "#targets/host/run-command.ts";
import type { Vm } from "./client.ts";
import { hostScript, WHY_SECONDS } from "./scripts/compose.ts";
import { type Copy, isHealthy } from "./side.ts";

/** By instance: the command under way, and the last answer. */
export type Asked = Record<string, { ref?: string; atMs: number; said?: Said }>;
type Said = { outcome: string; health: string; detail: string };

const ASK_AGAIN_MS = 2_500;
const LATE_MS = 4_000;
/** A booting instance is not broken: EC2 takes its time, and so does what the image starts. */
const BOOT_MS = 180_000;

/** Changes `asked`. */
export async function askWhy(vm: Vm, target: TargetContext, asked: Asked, copies: Copy[]): Promise<void> {
  const nowMs = target.clock.now();
  const broken = copies.filter((one) => isDoubtful(one, nowMs)).map(({ id }) => id);
  await takeAnswers(vm, target, asked, broken);
  const due = broken.filter((id) => {
    const one = asked[id];
    return one === undefined || (one.ref === undefined && nowMs - one.atMs >= ASK_AGAIN_MS);
  });
  if (due.length === 0) return;
  const outcome = await startCommand(vm, due.slice(0, 50), hostScript("why", target), WHY_SECONDS);
  for (const id of due) asked[id] = { ...asked[id], atMs: nowMs, ...answerOf(outcome) };
}

/** The load balancer takes several checks, 5 s apart, to call a new copy unhealthy: who is late is asked before. */
function isDoubtful({ backend, startedAt }: Copy, nowMs: number): boolean {
  if (backend?.state === "unhealthy") return true;
  return backend?.state === "initial" && nowMs - Date.parse(startedAt ?? "") >= LATE_MS;
}

async function takeAnswers(vm: Vm, target: TargetContext, asked: Asked, ids: string[]): Promise<void> {
  const waiting = ids.filter((id) => asked[id]?.ref !== undefined);
  for (const [ref, members] of Map.groupBy(waiting, (id) => asked[id]!.ref!)) {
    const invocations = await listInvocations(vm, ref);
    for (const id of members) {
      const { atMs, said } = asked[id]!;
      const found = invocations.find((one) => one.InstanceId === id);
      const outcome = found
        ? readInvocation(found, ref, WHY_SECONDS, target.clock)
        : notListed(ref, atMs, target.clock);
      if (outcome.kind === "pending") continue;
      const before = said ? { said } : {};
      asked[id] = { atMs: target.clock.now(), ...before, ...answerOf(outcome) };
    }
  }
}

function answerOf(outcome: Outcome): { ref?: string; said?: Said } {
  if (outcome.kind === "pending") return { ref: outcome.ref };
  if (outcome.kind !== "exited")
    return { said: { outcome: "unreachable", health: "unknown", detail: outcome.reason } };
  return { said: saidBy(readResult(outcome)) };
}

function saidBy({ outcome, health, detail }: ScriptResult): Said {
  return { outcome, health, detail };
}

export function observationOf(copy: Copy, asked: Asked, nowMs: number): Observation {
  const { id: replica, version, lifecycle, backend } = copy;
  const about = { replica, reachable: true, hopeless: false };
  const waiting = (detail: string): Observation => ({
    ...about,
    version: null,
    health: "starting",
    serving: false,
    detail,
  });
  if (lifecycle !== "InService") return waiting(`Auto Scaling says ${lifecycle}`);
  if (!backend) return waiting("the load balancer does not know it yet");
  const told = `the load balancer says: ${backend.detail || backend.state}`;
  if (isHealthy(copy)) return { ...about, version, health: "healthy", serving: true, detail: told };
  if (backend.state === "draining") return { ...waiting("leaving traffic"), health: "draining" };
  const said = asked[replica]?.said;
  const boots = nowMs - Date.parse(copy.startedAt ?? "") < BOOT_MS;
  if (!said) return waiting(told);
  if (boots && (said.outcome === "unreachable" || said.outcome === "absent")) return waiting("is booting");
  // Well by its own word: then it is the load balancer that has not seen it yet.
  if (said.health === "healthy" || said.health === "starting") return waiting(`${said.detail}; ${told}`);
  const detail = said.outcome === "unreachable" ? `${told}; ${said.detail}` : said.detail;
  return {
    ...about,
    version,
    health: "unhealthy",
    hopeless: said.outcome === "crashed",
    serving: false,
    detail,
  };
}

/** Of a copy that Auto Scaling has not launched yet. */
export function comingObservation(replica: string, detail: string, hopeless: boolean): Observation {
  return {
    replica,
    version: null,
    health: hopeless ? "unhealthy" : "starting",
    reachable: true,
    hopeless,
    serving: false,
    detail,
  };
}

/** Of a copy on its way out; once it is gone nothing is told of it any more. */
export function leavingObservation({ id, version, backend }: Copy): Observation {
  const serving = backend !== null && backend.state !== "draining" && backend.state !== "unused";
  return {
    replica: id,
    version,
    health: "draining",
    reachable: true,
    hopeless: false,
    serving,
    detail: serving ? "waits for the new ones" : "leaving traffic",
  };
}

/** Of a copy that a step was to take away. */
export function goneObservation(replica: string): Observation {
  return {
    replica,
    version: null,
    health: "unknown",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: "gone",
  };
}
