// The dry run: what a deployment would do, computed by the same planning and changing nothing.
import type { Environment } from "#core/domain/environment.ts";
import type { PlannedStep } from "#core/domain/step.ts";
import { closedAt, closedSentence } from "#core/freeze/freeze.ts";
import { type ConfigChange, configChanges } from "#core/manifest/config-changes.ts";
import type { RolloutOverride } from "#core/manifest/rollout-schema.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { type SizeChange, sizeChanges } from "#core/manifest/size-changes.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { atLeast, withGates } from "#core/plan/gates.ts";
import { withHooks } from "#core/plan/hooks.ts";
import { lostNotes } from "#core/plan/lost-disks.ts";
import { preview as estimate, type Preview } from "#core/plan/preview.ts";
import { SHARD_SIZE } from "#core/rollout/limits.ts";
import type { TargetName } from "#store/targets.ts";
import { alarmNotes } from "./alarms.ts";
import { connected, connectionNotes } from "./connections.ts";
import { contextOf, needEnvironment, needRelease, specOf } from "./context.ts";
import type { EngineDeps } from "./deps.ts";
import { desiredCount } from "./desired.ts";
import { fleetToPlan } from "./fleet.ts";
import { assertSecrets } from "./secrets.ts";

export type PreviewRequest = TargetName & { version: string; rollout?: RolloutOverride };

export type PreviewResult = TargetName &
  Preview & {
    version: string;
    previousVersion: string | null;
    desired: number;
    steps: PlannedStep[];
    /** What it changes in the app's environment variables. */
    config: ConfigChange[];
    /** What it changes in the size of a copy. */
    sizes: SizeChange[];
    /** Sentences: what will be set to the nearest legal value, who waits in front. */
    notes: string[];
  };

/** Throws `not_found`, `capacity_exceeded` and `secret_unavailable`. A `rollout` has been checked by whoever asks. */
export async function preview(deps: EngineDeps, request: PreviewRequest): Promise<PreviewResult> {
  const { app, environment, version } = request;
  const [release, place, target] = await Promise.all([
    needRelease(deps, app, version),
    needEnvironment(deps, environment),
    deps.store.targets.get(request),
  ]);
  const asked = specFor(release.manifest as unknown as Manifest, environment, request.rollout);
  const spec = { ...asked, rollout: atLeast(asked.rollout, place.approvals) };
  await assertSecrets(deps, spec);
  const context = contextOf(deps, app, place, await connected(deps, environment, spec));
  const fleet = await fleetToPlan(deps, context, target);
  const desired = await desiredCount(deps, { spec, target, fleet });
  const planned = deps.driver.plan({ fleet, version, desired, rollback: false }, spec);
  const steps = withHooks(withGates(planned, spec.rollout), spec.hooks);
  const running = await runningSpec(deps, request, target?.release);
  const waiting = target?.lock ? [`It would wait for ${target.lock.owner}.`] : [];
  return {
    app,
    environment,
    version,
    previousVersion: target?.release ?? null,
    desired,
    steps,
    ...estimate(steps, fleet, spec, SHARD_SIZE),
    config: configChanges(running, spec),
    sizes: sizeChanges(running, spec, fleet),
    notes: [
      ...calendarNotes(place, deps.clock.now()),
      ...((await deps.driver.notes?.(context, version)) ?? []),
      ...(await connectionNotes(deps, environment, spec)),
      ...(await alarmNotes(deps, spec.rollout)),
      ...lostNotes(target, fleet),
      ...waiting,
    ],
  };
}

/** As the release that runs has it; `null` where none does, or its record is gone. */
async function runningSpec(deps: EngineDeps, { app, environment }: TargetName, version?: string | null) {
  const release = version ? await deps.store.releases.get(app, version) : null;
  return release ? specOf(release, environment) : null;
}

function calendarNotes(place: Environment, nowMs: number): string[] {
  const closed = closedAt(place, nowMs);
  return closed ? [`${closedSentence(place.name, closed)} A deployment would be refused.`] : [];
}
