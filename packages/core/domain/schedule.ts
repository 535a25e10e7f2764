// A schedule of the manifest: what happens to a target at which times of the wall clock, without anybody asking.

export const SCHEDULE_ACTIONS = ["deploy", "scale", "restart"] as const;
export type ScheduleAction = (typeof SCHEDULE_ACTIONS)[number];

export type Schedule = {
  name?: string;
  /** Minute, hour, day of month, month, day of week. */
  cron: string;
  /** IANA name. */
  timezone: string;
  action: ScheduleAction;
  /** deploy: a version, or `latest`. */
  version?: string;
  /** scale: how many. */
  replicas?: number;
};

export const LATEST = "latest";

/** For people. */
export function scheduleName({ name, action, cron, timezone }: Schedule): string {
  return name ?? `${action} at ${cron} ${timezone}`;
}
