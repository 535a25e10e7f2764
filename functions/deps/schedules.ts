// EventBridge Scheduler, as far as the manifests' schedules use it. A schedule is made and taken away, and never changed:
// its name says what it is. The SDK's client is loaded when it is first needed: most calls of the API need none.
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import { instant } from "#core/clock.ts";
import { awsOptions } from "./aws-options.ts";
import { required } from "./settings.ts";
import { unless } from "./unless.ts";

export type KeptSchedule = {
  name: string;
  createdAt: string;
  /** Nobody has changed it since, or turned it off. */
  asMade: boolean;
};

export type NewSchedule = { name: string; expression: string; timezone: string; input: string };

export type SchedulePlatform = {
  /** What all names of manifests' schedules begin with. */
  prefix: string;
  list(prefix: string): Promise<KeptSchedule[]>;
  /** One of that name that is there already is fine. */
  create(schedule: NewSchedule): Promise<void>;
  /** Also where there is none. */
  remove(name: string): Promise<void>;
};

/** In an event's input, for when it was to be ("Adding context attributes" in the User Guide). */
export const SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";

/** What comes later than this is not worth doing; 185 attempts is the platform's own. */
const OLDEST_SECONDS = 3600;
/** The platform keeps both instants; made in one go they are the same, give or take. */
const SAME_MS = 2000;

export function schedulePlatform(env: NodeJS.ProcessEnv): SchedulePlatform {
  const target = {
    Arn: required(env, "TUTTI_SCHEDULE_FUNCTION_ARN"),
    RoleArn: required(env, "TUTTI_SCHEDULE_ROLE_ARN"),
  };
  let loading: Promise<Sdk> | undefined;
  const sdk = () => {
    loading ??= load();
    return loading;
  };
  return {
    prefix: required(env, "TUTTI_SCHEDULE_PREFIX"),
    list: async (prefix) => list(await sdk(), prefix),
    create: async ({ name, expression, timezone, input }) => {
      const { client, commands } = await sdk();
      const command = new commands.CreateScheduleCommand({
        Name: name,
        Description: "Of an app's manifest (Tutti)",
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: timezone,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { ...target, Input: input, RetryPolicy: { MaximumEventAgeInSeconds: OLDEST_SECONDS } },
      });
      await unless("ConflictException", client.send(command));
    },
    remove: async (Name) => {
      const { client, commands } = await sdk();
      await unless("ResourceNotFoundException", client.send(new commands.DeleteScheduleCommand({ Name })));
    },
  };
}

type Sdk = { client: SchedulerClient; commands: typeof import("@aws-sdk/client-scheduler") };

async function load(): Promise<Sdk> {
  const commands = await import("@aws-sdk/client-scheduler");
  return { commands, client: new commands.SchedulerClient(awsOptions()) };
}

async function list({ client, commands }: Sdk, NamePrefix: string): Promise<KeptSchedule[]> {
  const kept: KeptSchedule[] = [];
  let NextToken: string | undefined;
  do {
    const request = { NamePrefix, GroupName: "default", MaxResults: 100, NextToken };
    const page = await client.send(new commands.ListSchedulesCommand(request));
    for (const { Name = "", State, CreationDate, LastModificationDate } of page.Schedules ?? []) {
      const [createdMs, changedMs] = [CreationDate?.getTime() ?? 0, LastModificationDate?.getTime() ?? 0];
      const asMade = State === "ENABLED" && Math.abs(changedMs - createdMs) < SAME_MS;
      kept.push({ name: Name, createdAt: instant(createdMs), asMade });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return kept;
}
