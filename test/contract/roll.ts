// Plays a plan against a driver the way the engine does, without store and workflow: enough to hold a driver to its
// promises, and nothing more.
import { expect } from "vitest";
import type { PlannedStep, Step } from "#core/domain/step.ts";
import type { Driver, Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { observe } from "#core/judge/watch.ts";
import { withFresh } from "#core/plan/restart.ts";

const MOST_LOOKS = 200;
const BETWEEN_LOOKS_MS = 100;

/** `state`: the memory that the step left, `null` where it failed. */
export type Played = { ok: boolean; reason: string; observations: Observation[]; state: unknown };

export async function planTo(
  driver: Driver,
  target: TargetContext,
  version: string | null,
  rollback = false,
  freshSince?: string,
): Promise<Step[]> {
  const fleet = await driver.inspect(target);
  const request = { fleet, version, desired: target.spec.replicas, rollback, freshSince };
  return withFresh(driver.plan(request, target.spec), freshSince).map(placed);
}

export function placed(step: PlannedStep, index = 0): Step {
  return { ...step, index, status: "running", startedAt: null, endedAt: null };
}

/** Inspect, plan, each step to its end, and the end itself; stops at the first step that fails. */
export async function roll(
  driver: Driver,
  target: TargetContext,
  version: string | null,
  rollback = false,
  freshSince?: string,
): Promise<Played> {
  let last: Played = { ok: true, reason: "", observations: [], state: null };
  for (const step of await planTo(driver, target, version, rollback, freshSince)) {
    last = await playStep(driver, target, step);
    if (!last.ok) return last;
  }
  await driver.tidy?.(target);
  return last;
}

export async function playStep(driver: Driver, target: TargetContext, step: Step): Promise<Played> {
  return watchStep(driver, target, step, await driver.apply(target, step, null));
}

export async function watchStep(
  driver: Driver,
  target: TargetContext,
  step: Step,
  from: Progress,
): Promise<Played> {
  let progress = from;
  let watches: Parameters<typeof observe>[0] = {};
  const { health } = target.spec;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { observations } = progress;
    if (progress.phase === "failed") return { ok: false, reason: progress.reason, observations, state: null };
    watches = observe(watches, observations, target.clock.now(), health, { version: step.version });
    const broken = observations.find(
      (one) =>
        !one.reachable ||
        one.hopeless ||
        (watches[one.replica]?.unhealthyInARow ?? 0) >= health.unhealthyThreshold,
    );
    if (broken)
      return { ok: false, reason: `${broken.replica}: ${broken.detail}`, observations, state: null };
    if (progress.phase === "done") return { ok: true, reason: "", observations, state: progress.state };
    await target.clock.sleep(BETWEEN_LOOKS_MS);
    progress = await driver.check(target, step, JSON.parse(JSON.stringify(progress.state ?? null)));
  }
  return {
    ok: false,
    reason: `no end after ${MOST_LOOKS} looks`,
    observations: progress.observations,
    state: null,
  };
}

export function expectPlayed(played: Played): void {
  expect(played.reason).toBe("");
  expect(played.ok).toBe(true);
}
