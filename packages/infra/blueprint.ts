// The only description of what an installation of Tutti consists of, as plain data: functions with their IAM
// statements, the state machines, the table, the bucket, rules and schedules. `sst/` builds it on AWS and
// packages/start builds the same on the sandbox; neither adds anything of its own.
import type { AccessSettings } from "./access-settings.ts";
import { type AlarmBlueprint, alarms } from "./alarms.ts";
import { dashboard } from "./dashboard.ts";
import { type FunctionBlueprint, functionsOf, SCHEDULE } from "./functions.ts";
import { imageProject, type ProjectBlueprint } from "./image-project.ts";
import { type LogMetric, logMetrics } from "./log-metrics.ts";
import { type Installation, type Names, namesOf } from "./names.ts";
import { attaching } from "./network-grants.ts";
import type { OperatingSettings } from "./operating-settings.ts";
import { type RuleBlueprint, rulesOf } from "./rules.ts";
import { writingAppLogs } from "./running-grants.ts";
import {
  healMachine,
  imageMachine,
  rolloutMachine,
  type StateMachineBlueprint,
  trainMachine,
} from "./state-machines.ts";
import type { Statement } from "./statement.ts";

export type Blueprint = {
  installation: Installation;
  names: Names;
  operating: OperatingSettings;
  functions: FunctionBlueprint[];
  stateMachines: StateMachineBlueprint[];
  /** CodeBuild projects. */
  projects: ProjectBlueprint[];
  /** The event bus that notices go to, for whoever listens. */
  bus: { name: string; description: string };
  rules: RuleBlueprint[];
  schedules: { name: string; short: string; expression: string; target: string; statements: Statement[] }[];
  alarms: AlarmBlueprint[];
  logMetrics: LogMetric[];
  /** CloudWatch's own document. */
  dashboard: Record<string, unknown>;
  /** Whatever else a role needs to exist for: the schedule's own, and the one that users' functions run as. */
  appFunctionRole: { short: string; statements: Statement[] };
  /** What the schedules of manifests run as, which the API makes. */
  appScheduleRole: { short: string; statements: Statement[] };
};

/** `adminTokenSha256`: lower-case hex of the first admin token; the token itself is nowhere. */
export function blueprint(
  installation: Installation,
  adminTokenSha256: string,
  access: AccessSettings = {},
  operating: OperatingSettings = {},
): Blueprint {
  const names = namesOf(installation);
  const functions = functionsOf(names, operating, {
    TUTTI_ADMIN_TOKEN_SHA256: adminTokenSha256,
    ...access,
  });
  const shorts = functions.map((one) => one.short);
  const watched = alarms(names);
  return {
    installation,
    names,
    operating,
    functions,
    stateMachines: [rolloutMachine(names), healMachine(names), trainMachine(names), imageMachine(names)],
    projects: [imageProject(names)],
    bus: { name: names.bus, description: "What happens to deployments and targets (Tutti)" },
    rules: rulesOf(installation, names),
    schedules: [
      {
        name: `${installation.name}-sweep`,
        short: "schedule",
        expression: "rate(1 minute)",
        target: "events-sweep",
        statements: [{ actions: ["lambda:InvokeFunction"], resources: [names.functionArn("events-sweep")] }],
      },
    ],
    alarms: watched,
    logMetrics: logMetrics(shorts),
    dashboard: dashboard(
      names,
      shorts,
      watched.map((one) => names.alarmName(one.short)),
    ),
    appFunctionRole: {
      short: "app-function",
      statements: [writingAppLogs(names), attaching(names.appFunctionsArn)],
    },
    appScheduleRole: {
      short: "app-schedule",
      statements: [{ actions: ["lambda:InvokeFunction"], resources: [names.functionArn(SCHEDULE)] }],
    },
  };
}
