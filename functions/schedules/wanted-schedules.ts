// Which schedules an app's manifest asks for, in which environments. A name is made of all that a schedule says, so that
// another word is another schedule, and keeping them is a matter of names alone.
import type { App } from "#core/domain/app.ts";
import type { Schedule } from "#core/domain/schedule.ts";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { parseCron, schedulerExpression } from "#core/schedule/cron.ts";
import { sha256Hex } from "#functions/api/sha256.ts";
import { type NewSchedule, SCHEDULED_TIME } from "#functions/deps/schedules.ts";

export type PlannedSchedule = { app: string; environment: string; id: string; schedule: Schedule };

/** What the platform hands to the function that takes it. */
export type ScheduleEvent = { app: string; environment: string; schedule: string; scheduledAt: string };

/** The environments that the manifest names, and those that the app was deployed to. */
export function environmentsOf({ app, manifest }: App, targets: Deployed[]): string[] {
  const named = Object.keys((manifest as unknown as Manifest).environments ?? {});
  const deployed = targets.filter((one) => one.app === app).map((one) => one.environment);
  return [...new Set([...named, ...deployed])].sort();
}

/** In any environment. */
export function asksForAny({ manifest }: App): boolean {
  const overlays = Object.values((manifest.environments ?? {}) as Record<string, object | null>);
  return [manifest, ...overlays].some((block) => block !== null && Object.hasOwn(block, "schedules"));
}

export type Deployed = { app: string; environment: string };

export function plannedSchedules(app: App, environments: string[]): PlannedSchedule[] {
  return environments.flatMap((environment) =>
    (specFor(app.manifest as unknown as Manifest, environment).schedules ?? []).map((schedule) => ({
      app: app.app,
      environment,
      id: idOf(environment, schedule),
      schedule,
    })),
  );
}

/** The same whatever order its keys were written in. */
function idOf(environment: string, { name: _shown, ...rest }: Schedule): string {
  return sha256Hex(JSON.stringify([environment, Object.entries(rest).sort()])).slice(0, 16);
}

/** What the names of an app's schedules begin with: an app's own name may be too long for it (64 characters in all). */
export function appPrefix(prefix: string, app: string): string {
  return `${prefix}${sha256Hex(app).slice(0, 10)}-`;
}

export function newSchedule(
  prefix: string,
  { app, environment, id, schedule }: PlannedSchedule,
): NewSchedule {
  const event: ScheduleEvent = { app, environment, schedule: id, scheduledAt: SCHEDULED_TIME };
  return {
    name: `${appPrefix(prefix, app)}${id}`,
    expression: schedulerExpression(parseCron(schedule.cron)),
    timezone: schedule.timezone,
    input: JSON.stringify(event),
  };
}
