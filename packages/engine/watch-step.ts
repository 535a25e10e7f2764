// Watches a step from inside one task: asks the driver several times a second and comes back the moment the replicas
// are healthy or hopeless, an operator aborts, or the time of the task is up. Writes nothing; the caller does, once.
import type { Elsewhere } from "#core/domain/cost.ts";
import type { Deployment, Failure } from "#core/domain/deployment.ts";
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { WATCH_SECONDS } from "#core/rollout/limits.ts";
import { type Heard, listenToAlarms, NOTHING_HEARD } from "./alarms.ts";
import { asTuttiError } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";
import { type Caller, hasUnderWay, readOwn } from "./fence.ts";
import { judgeStep, type Look, type Tally } from "./judge-step.ts";

const LOOK_EVERY_MS = 150;
const LISTEN_EVERY_MS = 1000;
/** A driver that fails for so long on end is not having a bad moment. */
const FAILING_MS = 5000;

/** So often a place may be gone when it is to be taken. */
const MOST_CROWDED = 3;

export type Watching = {
  caller: Caller;
  deployment: Deployment;
  /** The step, or a shard's share of it. */
  step: Step;
  context: TargetContext;
  state: unknown;
  tally: Tally;
  /** Another shard of the step listens to the alarms. */
  deaf?: boolean;
};

export type Watched = {
  outcome: "done" | "timeUp" | "aborted" | "hold" | "rollBack" | "planAgain";
  /** Why it is to be held, rolled back or planned again; else empty. */
  reason: string;
  state: unknown;
  tally: Tally;
  /** Those that this watch found. */
  failed: Failure[];
  /** Hosts that did not answer at the last look. */
  silent: string[];
  healthy: string[];
  /** Ids that the step's copies turned out to have, where the platform names them. */
  replicas?: string[] | undefined;
  events: NewEvent[];
  /** Told by the driver. */
  used?: Elsewhere | undefined;
};

export async function watchStep(deps: EngineDeps, watching: Watching): Promise<Watched> {
  const startedMs = deps.clock.now();
  const { deployment, step } = watching;
  const listen = watching.deaf ? () => NOTHING_HEARD : listenToAlarms(deps, deployment, step);
  if (await isOver(deps, watching)) return { ...nothingSeen(watching), outcome: "aborted" };
  let listenedMs = startedMs;
  let failingSinceMs: number | null = null;
  let seen: Watched = nothingSeen(watching);
  for (;;) {
    const [answer, heard] = await Promise.all([look(deps, watching, seen.state), listen()]);
    const nowMs = deps.clock.now();
    if (answer instanceof TuttiError) {
      failingSinceMs ??= nowMs;
      if (nowMs - failingSinceMs >= FAILING_MS || answer.code === "platform_denied") throw answer;
    } else {
      failingSinceMs = null;
      seen = fold(watching, seen, { progress: answer, heard }, nowMs);
      if (seen.outcome !== "timeUp") return seen;
    }
    if (nowMs - startedMs >= WATCH_SECONDS * 1000) return seen;
    if (nowMs - listenedMs >= LISTEN_EVERY_MS) {
      listenedMs = nowMs;
      if (await isOver(deps, watching)) return { ...seen, outcome: "aborted" };
    }
    await deps.clock.sleep(LOOK_EVERY_MS);
  }
}

function nothingSeen({ state, tally }: Watching): Watched {
  return { outcome: "timeUp", reason: "", state, tally, failed: [], silent: [], healthy: [], events: [] };
}

async function look(deps: EngineDeps, watching: Watching, state: unknown): Promise<Progress | TuttiError> {
  try {
    return await deps.driver.check(watching.context, watching.step, state);
  } catch (error) {
    return asTuttiError(error, "driver_failed");
  }
}

/** Nobody interrupts the way back; and another run of the task may have closed the step. Throws `fenced`. */
async function isOver(deps: EngineDeps, { caller, step }: Watching): Promise<boolean> {
  const now = await readOwn(deps, caller);
  const aborted = now.intent?.action === "abort" || now.ending !== null;
  return !hasUnderWay(now, step) || (!step.rollback && aborted);
}

type Seen = { progress: Progress; heard: Heard };

function fold(watching: Watching, before: Watched, { progress, heard }: Seen, nowMs: number): Watched {
  const { deployment, step, context } = watching;
  const events = [...before.events, ...(progress.events ?? [])];
  if (progress.phase === "failed") {
    return { ...before, ...bad(deployment, step, progress.reason), events };
  }
  const { observations } = progress;
  const crowded = isCrowdedOut(watching, observations);
  if (crowded)
    return { ...before, outcome: "planAgain", reason: crowded.detail, state: progress.state, events };
  const seen = { done: progress.phase === "done", observations, heard };
  const replicas = progress.replicas ?? before.replicas;
  const named = replicas ? { ...step, replicas } : step;
  const judged = judgeStep(deployment, named, context.spec, before.tally, seen, nowMs);
  const after: Watched = {
    ...before,
    state: progress.state,
    events,
    tally: tallied(before, judged, progress.observations, nowMs),
    failed: [...before.failed, ...judged.verdict.failed],
    silent: progress.observations.filter((one) => !one.reachable).map((one) => one.replica),
    healthy: judged.verdict.healthy,
    replicas,
    used: progress.used ?? before.used,
  };
  return { ...after, ...outcomeOf(watching, judged, after.tally, nowMs) };
}

/** Somebody else was faster: what is live then has another place, or says that there is none. On the way back nobody plans twice. */
function isCrowdedOut(
  { deployment, step, deaf }: Watching,
  observations: Observation[],
): Observation | undefined {
  const mayPlan = !step.rollback && !step.bestEffort && !deaf && (deployment.crowdedOut ?? 0) < MOST_CROWDED;
  return mayPlan ? observations.find((one) => one.noRoom) : undefined;
}

function tallied(
  before: Watched,
  { watches, verdict }: Look,
  observations: Observation[],
  nowMs: number,
): Tally {
  const now = signature(observations);
  // The first look of a watch only says where things stand; what moves, moves between two looks.
  const known = before.tally.signature !== "";
  const further = verdict.healthy.length > before.healthy.length || now !== before.tally.signature;
  const moved = verdict.failed.length > 0 || (known && further);
  return {
    watches,
    failures: [...before.tally.failures, ...verdict.failed],
    progressAtMs: moved ? nowMs : before.tally.progressAtMs,
    signature: now,
  };
}

/** What counts as movement beside health: a replica on another version, in or out of traffic. */
function signature(observations: Observation[]): string {
  return `at ${observations.map((one) => `${one.replica} ${one.version} ${one.serving}`).join(", ")}`;
}

function outcomeOf({ deployment, step }: Watching, { verdict, complete }: Look, tally: Tally, nowMs: number) {
  if (verdict.verdict === "hold" || verdict.verdict === "rollBack") {
    return { outcome: verdict.verdict, reason: verdict.reason };
  }
  if (complete) return { outcome: "done" as const };
  const { deadlineSeconds } = deployment.spec.rollout;
  const stuck = verdict.verdict === "continue" && nowMs - tally.progressAtMs >= deadlineSeconds * 1000;
  return stuck ? bad(deployment, step, `${step.label} made no progress for ${deadlineSeconds} s`) : {};
}

/** A driver's own verdict acts as a failure over the budget does; of a step that is only tried, nothing more is asked. */
function bad(deployment: Deployment, step: Step, reason: string): Pick<Watched, "outcome" | "reason"> {
  if (step.bestEffort) return { outcome: "done", reason };
  const hold = deployment.spec.rollout.onFailure === "pause" && !step.rollback;
  return { outcome: hold ? "hold" : "rollBack", reason };
}

/** The driver said so when it was asked to begin. */
export function failedAtOnce(
  deployment: Deployment,
  step: Step,
  tally: Tally,
  progress: Extract<Progress, { phase: "failed" }>,
): Watched {
  const nothing = { state: null, tally, failed: [], silent: [], healthy: [] };
  return { ...nothing, ...bad(deployment, step, progress.reason), events: progress.events ?? [] };
}
