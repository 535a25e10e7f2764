// What the Scheduler keeps of a schedule, and the operations on it.
import type * as scheduler from "@aws-sdk/client-scheduler";
import { serviceOf } from "../events/targets.ts";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { checkTimeZone, parseSchedule } from "./expression.ts";

export type Schedule = {
  name: string;
  expression: string;
  timeZone: string;
  enabled: boolean;
  description?: string;
  target: scheduler.Target;
  flexibleTimeWindow: scheduler.FlexibleTimeWindow;
  deleteAfterCompletion: boolean;
  createdAt: number;
  /** A rate counts from here. */
  changedAt: number;
  startAt?: number;
  endAt?: number;
  lastFiredAt?: number;
};

type ScheduleInput = scheduler.CreateScheduleInput;

const TARGET_FIELDS = new Set(["Arn", "RoleArn", "Input", "RetryPolicy"]);

export function scheduleHandlers(
  platform: Platform,
  schedules: Documents<Schedule>,
  changed: () => void,
): Record<string, Handler> {
  const save = (schedule: Schedule) => {
    schedules.set(schedule.name, schedule);
    changed();
    return { ScheduleArn: arnOf(platform, schedule.name) };
  };
  return {
    CreateSchedule(input: ScheduleInput) {
      const name = input.Name as string;
      if (schedules.get(name)) throw new AwsError("ConflictException", `Schedule ${name} already exists.`);
      return save(read(platform, input, platform.now()));
    },
    UpdateSchedule(input: ScheduleInput) {
      const existing = find(schedules, input);
      return save({ ...read(platform, input, existing.createdAt), lastFiredAt: existing.lastFiredAt });
    },
    GetSchedule: (input: scheduler.GetScheduleInput) => describe(platform, find(schedules, input)),
    DeleteSchedule(input: scheduler.DeleteScheduleInput) {
      schedules.delete(find(schedules, input).name);
      changed();
    },
    ListSchedules: ({ NamePrefix = "", State }: scheduler.ListSchedulesInput) => ({
      Schedules: schedules
        .list()
        .filter((schedule) => schedule.name.startsWith(NamePrefix) && (!State || State === stateOf(schedule)))
        .map((schedule) => {
          const { Target, ...rest } = describe(platform, schedule);
          return { ...rest, Target: { Arn: Target.Arn } };
        }),
    }),
  };
}

function read(platform: Platform, input: ScheduleInput, createdAt: number): Schedule {
  checkGroup(input.GroupName);
  const timeZone = input.ScheduleExpressionTimezone ?? "UTC";
  const target = input.Target ?? {};
  parseSchedule(input.ScheduleExpression ?? "");
  checkTimeZone(timeZone);
  checkTarget(target as scheduler.Target);
  if (!/^[\w.-]{1,64}$/.test(input.Name ?? ""))
    throw new AwsError("ValidationException", `The schedule name ${input.Name} is not valid.`);
  if (!input.FlexibleTimeWindow?.Mode)
    throw new AwsError("ValidationException", "FlexibleTimeWindow.Mode is required.");
  return {
    name: input.Name as string,
    expression: input.ScheduleExpression as string,
    timeZone,
    enabled: input.State !== "DISABLED",
    description: input.Description,
    target: target as scheduler.Target,
    flexibleTimeWindow: input.FlexibleTimeWindow,
    deleteAfterCompletion: input.ActionAfterCompletion === "DELETE",
    createdAt,
    changedAt: platform.now(),
    startAt: input.StartDate?.getTime(),
    endAt: input.EndDate?.getTime(),
  };
}

function checkTarget(target: scheduler.Target): void {
  const unknown = Object.keys(target).find((field) => !TARGET_FIELDS.has(field));
  if (unknown) throw new AwsError("NotImplemented", `The sandbox does not implement ${unknown} of a target.`);
  serviceOf(target.Arn ?? "");
  if (!target.RoleArn) throw new AwsError("ValidationException", "Target.RoleArn is required.");
}

function find(schedules: Documents<Schedule>, input: { Name?: string; GroupName?: string }): Schedule {
  checkGroup(input.GroupName);
  const schedule = schedules.get(input.Name ?? "");
  if (!schedule) throw new AwsError("ResourceNotFoundException", `Schedule ${input.Name} does not exist.`);
  return schedule;
}

function describe(platform: Platform, schedule: Schedule) {
  return {
    Arn: arnOf(platform, schedule.name),
    Name: schedule.name,
    GroupName: "default",
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    State: stateOf(schedule),
    Description: schedule.description,
    Target: schedule.target,
    FlexibleTimeWindow: schedule.flexibleTimeWindow,
    ActionAfterCompletion: schedule.deleteAfterCompletion ? "DELETE" : "NONE",
    CreationDate: new Date(schedule.createdAt),
    LastModificationDate: new Date(schedule.changedAt),
    StartDate: schedule.startAt === undefined ? undefined : new Date(schedule.startAt),
    EndDate: schedule.endAt === undefined ? undefined : new Date(schedule.endAt),
  };
}

function stateOf(schedule: Schedule): "ENABLED" | "DISABLED" {
  return schedule.enabled ? "ENABLED" : "DISABLED";
}

export function arnOf(platform: Platform, name: string): string {
  return `arn:aws:scheduler:${platform.region}:${platform.accountId}:schedule/default/${name}`;
}

function checkGroup(name: string | undefined): void {
  if (name !== undefined && name !== "default")
    throw new AwsError("ResourceNotFoundException", `Schedule group ${name} does not exist.`);
}
