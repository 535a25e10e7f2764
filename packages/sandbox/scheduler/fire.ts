// The clock of the Scheduler: one timer, set to the next moment of any schedule.
import { randomUUID } from "node:crypto";
import { deliver } from "../events/targets.ts";
import type { Documents } from "../ground/documents.ts";
import type { Platform } from "../platform.ts";
import { nextAt, parseSchedule } from "./expression.ts";
import { arnOf, type Schedule } from "./schedules.ts";

/** Timers hold at most 2^31 ms; and a machine that slept is noticed within a minute. */
const LONGEST_SLEEP_MS = 60_000;
const MAX_RETRIES = 60;

export function createClock(platform: Platform, schedules: Documents<Schedule>) {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    const nowMs = platform.now();
    for (const schedule of schedules.list()) {
      const due = dueAt(schedule);
      if (due !== undefined && due <= nowMs) fire(schedule, due, nowMs);
    }
    rearm();
  }

  function fire(schedule: Schedule, due: number, nowMs: number): void {
    const fired = { ...schedule, lastFiredAt: nowMs };
    if (schedule.deleteAfterCompletion && dueAt(fired) === undefined) schedules.delete(schedule.name);
    else schedules.set(schedule.name, fired);
    const delivery = {
      from: `schedule ${schedule.name}`,
      arn: schedule.target.Arn as string,
      principal: schedule.target.RoleArn as string,
      payload: payloadFor(platform, schedule, due),
      maxRetries: Math.min(schedule.target.RetryPolicy?.MaximumRetryAttempts ?? MAX_RETRIES, MAX_RETRIES),
    };
    void deliver(platform, delivery, stopping.signal);
  }

  function rearm(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    const dues = schedules.list().flatMap((schedule) => dueAt(schedule) ?? []);
    if (dues.length === 0) return;
    const sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, Math.min(...dues) - platform.now()));
    timer = setTimeout(tick, sleepMs).unref();
  }

  return {
    rearm,
    stop() {
      stopping.abort();
      clearTimeout(timer);
    },
  };
}

/** The next moment, which may be past. `undefined` where nothing is to come. */
export function dueAt(schedule: Schedule): number | undefined {
  if (!schedule.enabled) return undefined;
  const expression = parseSchedule(schedule.expression);
  // A one-time schedule whose moment had passed before it was made still fires, at once.
  const from =
    expression.type === "at" ? (schedule.lastFiredAt ?? 0) : (schedule.lastFiredAt ?? schedule.changedAt);
  const after = Math.max(from, (schedule.startAt ?? 0) - 1);
  const due = nextAt(
    expression,
    Math.max(schedule.changedAt, schedule.startAt ?? 0),
    after,
    schedule.timeZone,
  );
  return due !== undefined && due <= (schedule.endAt ?? Number.POSITIVE_INFINITY) ? due : undefined;
}

function payloadFor(platform: Platform, schedule: Schedule, due: number): string {
  const arn = arnOf(platform, schedule.name);
  const time = new Date(due).toISOString().replace(/\.\d+Z$/, "Z");
  const id = randomUUID();
  if (schedule.target.Input === undefined)
    return JSON.stringify({
      version: "0",
      id,
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: platform.accountId,
      time,
      region: platform.region,
      resources: [arn],
      detail: "{}",
    });
  // "Adding context attributes in EventBridge Scheduler" in its User Guide.
  return schedule.target.Input.replaceAll("<aws.scheduler.schedule-arn>", arn)
    .replaceAll("<aws.scheduler.scheduled-time>", time)
    .replaceAll("<aws.scheduler.execution-id>", id)
    .replaceAll("<aws.scheduler.attempt-number>", "1");
}
