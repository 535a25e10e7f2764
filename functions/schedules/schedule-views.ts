// What is scheduled for an app, for people: by environment, and when it comes next.
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import { scheduleName } from "#core/domain/schedule.ts";
import { parseCron } from "#core/schedule/cron.ts";
import { nextRunMs } from "#core/schedule/next-run.ts";
import type { ScheduleView } from "#functions/api/schemas/app.ts";
import { type Deployed, environmentsOf, plannedSchedules } from "./wanted-schedules.ts";

export function scheduleViews(app: App, targets: Deployed[], nowMs: number): ScheduleView[] {
  return plannedSchedules(app, environmentsOf(app, targets)).map(({ environment, schedule }) => {
    const next = nextRunMs(parseCron(schedule.cron), schedule.timezone, nowMs);
    return {
      ...schedule,
      environment,
      name: scheduleName(schedule),
      nextRunAt: next === null ? null : instant(next),
    };
  });
}
