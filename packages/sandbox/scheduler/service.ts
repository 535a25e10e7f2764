// EventBridge Scheduler: schedules of the default group, fired in process. When a schedule last fired is on disk, so
// one whose moment passed while the sandbox was down fires once at the next start.
import { join } from "node:path";
import * as scheduler from "@aws-sdk/client-scheduler";
import { openDocuments } from "../ground/documents.ts";
import type { Platform, Service } from "../platform.ts";
import { createClock } from "./fire.ts";
import { type Schedule, scheduleHandlers } from "./schedules.ts";

export function createScheduler(platform: Platform): Service {
  const schedules = openDocuments<Schedule>(join(platform.directory, "scheduler"));
  const clock = createClock(platform, schedules);
  const resourcesOf = (input: { Name?: string; GroupName?: string }) => [
    `arn:aws:scheduler:${platform.region}:${platform.accountId}:schedule/${input.GroupName ?? "default"}/${input.Name ?? "*"}`,
  ];
  const passRole = (input: scheduler.CreateScheduleInput) => [
    {
      action: "iam:PassRole",
      resource: input.Target?.RoleArn ?? "*",
      context: { "iam:PassedToService": "scheduler.amazonaws.com" },
    },
  ];
  return {
    name: "scheduler",
    module: scheduler,
    Client: scheduler.SchedulerClient,
    handlers: scheduleHandlers(platform, schedules, clock.rearm),
    iamResources: {
      CreateSchedule: resourcesOf,
      UpdateSchedule: resourcesOf,
      GetSchedule: resourcesOf,
      DeleteSchedule: resourcesOf,
    },
    iamAlso: { CreateSchedule: passRole, UpdateSchedule: passRole },
    start: async () => clock.rearm(),
    stop: async () => clock.stop(),
  };
}
