// Schedules: made once; one that is there is left as it is.
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import type { Blueprint } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deploySchedules(plan: Blueprint, access: AwsAccess): Promise<void> {
  const scheduler = new SchedulerClient(access);
  for (const one of plan.schedules) {
    const Target = {
      Arn: plan.names.functionArn(one.target),
      RoleArn: plan.names.roleArn(one.short),
      Input: "{}",
    };
    const schedule = {
      Name: one.name,
      ScheduleExpression: one.expression,
      FlexibleTimeWindow: { Mode: "OFF" as const },
      Target,
    };
    await ignoring("ConflictException", scheduler.send(new CreateScheduleCommand(schedule)));
  }
}
