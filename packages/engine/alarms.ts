// The alarms that guard a deployment. Those that fire just before its first step touches anything are told and left out
// of account to its end, so that an alarm does not block the deployment of its own fix; any other one that fires while
// it goes forward acts as onFailure says. On the way back nobody asks.
import type { Alarm } from "#core/domain/alarm.ts";
import type { Deployment } from "#core/domain/deployment.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { RolloutPolicy } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import { TuttiError } from "#core/errors.ts";
import { asTuttiError } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";

const LOOK_EVERY_MS = 2000;
/** Alarms that cannot be read for so long on end are not having a bad moment. */
const BLIND_MS = 15_000;

/** What the alarms say at a look. `blind`: they could not be read, so the step is not called done yet. */
export type Heard = { firing: Alarm[]; blind: boolean };

export const NOTHING_HEARD: Heard = { firing: [], blind: false };

/** Throws `unreachable`, `driver_failed` or `platform_denied`, saying that it was the alarms. */
export async function readAlarms(deps: EngineDeps, names: string[]): Promise<Alarm[]> {
  try {
    return await deps.alarms.read(names);
  } catch (error) {
    const { code, message } = asTuttiError(error, "driver_failed");
    throw new TuttiError(code, `The alarms cannot be read: ${message}`, { cause: error });
  }
}

/** For the looks of one task: asks at most every 2 s, and not at all where nothing is to be guarded. */
export function listenToAlarms(deps: EngineDeps, deployment: Deployment, step: Step): () => Promise<Heard> {
  const names = alarmsFor(deployment, step);
  let heard = NOTHING_HEARD;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let blindSinceMs: number | null = null;
  return async () => {
    const nowMs = deps.clock.now();
    if (names.length === 0 || nowMs - askedAtMs < LOOK_EVERY_MS) return heard;
    askedAtMs = nowMs;
    try {
      heard = { firing: await firingNow(deps, names), blind: false };
      blindSinceMs = null;
    } catch (error) {
      blindSinceMs ??= nowMs;
      const denied = error instanceof TuttiError && error.code === "platform_denied";
      if (denied || deps.clock.now() - blindSinceMs >= BLIND_MS) throw error;
      heard = { ...heard, blind: true };
    }
    return heard;
  };
}

/** One look, for a step whose shares were watched elsewhere. */
export async function hearOnce(deps: EngineDeps, deployment: Deployment, step: Step): Promise<Alarm[]> {
  const names = alarmsFor(deployment, step);
  return names.length === 0 ? [] : firingNow(deps, names);
}

async function firingNow(deps: EngineDeps, names: string[]): Promise<Alarm[]> {
  return (await readAlarms(deps, names)).filter((one) => one.firing);
}

function alarmsFor(deployment: Deployment, step: Step): string[] {
  return step.rollback ? [] : alarmsOf(deployment.spec);
}

/** A deployment that an earlier version of Tutti began knows no alarms. */
function alarmsOf({ rollout }: { rollout: Partial<Pick<RolloutPolicy, "alarms">> }): string[] {
  return rollout.alarms ?? [];
}

/** The names to be asked about before the step begins: as long as nothing is changed, and again after somebody went on in spite of an alarm. */
export function unheardAlarms(deployment: Deployment, step: Step): string[] {
  const known = deployment.changed && deployment.alarmsAtStart !== undefined;
  return known || step.rollback ? [] : alarmsOf(deployment.spec);
}

export function startEvents(names: string[], alarms: Alarm[]): NewEvent[] {
  return toldAlarms(names, alarms, "is ignored").map((message) => ({ type: "note", message }));
}

/** Sentences for the dry run. */
export async function alarmNotes(
  deps: EngineDeps,
  { alarms, bakeSeconds }: RolloutPolicy,
): Promise<string[]> {
  if (alarms.length === 0) return [];
  const late = "rollout.bakeSeconds is 0: an alarm that fires after the last step comes too late.";
  const bake = bakeSeconds === 0 ? [late] : [];
  try {
    return [...toldAlarms(alarms, await readAlarms(deps, alarms), "would be ignored"), ...bake];
  } catch (error) {
    return [`${(error as Error).message}; a deployment would not begin.`, ...bake];
  }
}

function toldAlarms(names: string[], alarms: Alarm[], then: string): string[] {
  const known = new Set(alarms.map((one) => one.name));
  const missing = names.filter((name) => !known.has(name));
  return [
    ...alarms
      .filter((one) => one.firing)
      .map(({ name, reason }) => `Alarm ${name} is firing already and ${then}${reason && `: ${reason}`}`),
    ...missing.map((name) => `There is no alarm ${name}: nothing listens to it until it is made.`),
  ];
}
