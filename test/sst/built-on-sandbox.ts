// What the other builder has made of a blueprint, asked of the sandbox by AWS's own calls. Everything is listed, not looked up by the
// blueprint's names: what is there too much is a difference as well.
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { BatchGetProjectsCommand, CodeBuildClient, ListProjectsCommand } from "@aws-sdk/client-codebuild";
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { GetBucketNotificationConfigurationCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { AwsAccess } from "#start/deploy/access.ts";
import type { Built } from "./built.ts";
import { builtFunctions } from "./built-functions.ts";

export async function builtOnSandbox(access: AwsAccess): Promise<Built> {
  const [functions, roles, stateMachines, buses, schedules, tables, buckets, projects] = await Promise.all([
    builtFunctions(access),
    rolesOf(access),
    machinesOf(access),
    busesOf(access),
    schedulesOf(access),
    tablesOf(access),
    bucketsOf(access),
    projectsOf(access),
  ]);
  const alarms = await alarmsOf(access);
  const rules = await rulesOf(access, ["default", ...Object.keys(buses)]);
  return { ...functions, roles, stateMachines, buses, rules, schedules, tables, buckets, projects, alarms };
}

async function rolesOf(access: AwsAccess): Promise<Built["roles"]> {
  const iam = new IAMClient(access);
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  return listed(Roles, async (role) => {
    const RoleName = role.RoleName!;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const document = async (PolicyName: string) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return [PolicyName, JSON.parse(decodeURIComponent(PolicyDocument!))] as const;
    };
    const policies = await listed(PolicyNames, document);
    return [RoleName, { trust: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument!)), policies }];
  });
}

async function machinesOf(access: AwsAccess): Promise<Built["stateMachines"]> {
  const sfn = new SFNClient(access);
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  return listed(stateMachines, async ({ stateMachineArn, name }) => {
    const { definition, roleArn } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return [name!, { definition: JSON.parse(definition!), role: roleArn! }];
  });
}

async function busesOf(access: AwsAccess): Promise<Built["buses"]> {
  const events = new EventBridgeClient(access);
  const { EventBuses = [] } = await events.send(new ListEventBusesCommand({}));
  const own = EventBuses.filter(({ Name }) => Name !== "default");
  return listed(own, async ({ Name }) => {
    const { Description = "" } = await events.send(new DescribeEventBusCommand({ Name }));
    return [Name!, Description];
  });
}

async function rulesOf(access: AwsAccess, buses: string[]): Promise<Built["rules"]> {
  const events = new EventBridgeClient(access);
  const perBus = buses.map(async (EventBusName) => {
    const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName }));
    return listed(Rules, async ({ Name: Rule, EventPattern }) => {
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule, EventBusName }));
      const targets = Targets.map(({ Id, Arn }) => ({ id: Id!, arn: Arn! }));
      return [Rule!, { bus: EventBusName, pattern: JSON.parse(EventPattern!), targets }];
    });
  });
  return Object.assign({}, ...(await Promise.all(perBus)));
}

async function schedulesOf(access: AwsAccess): Promise<Built["schedules"]> {
  const scheduler = new SchedulerClient(access);
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
  return listed(Schedules, async ({ Name }) => {
    const one = await scheduler.send(new GetScheduleCommand({ Name }));
    const { Arn: arn, RoleArn: role, Input: input } = one.Target!;
    const window = one.FlexibleTimeWindow!.Mode;
    return [Name!, { expression: one.ScheduleExpression, window, target: { arn, role, input } }];
  });
}

async function tablesOf(access: AwsAccess): Promise<Built["tables"]> {
  const dynamo = new DynamoDBClient(access);
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
  return listed(TableNames, async (TableName) => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    return [TableName, { ...tableOf(Table!), ttl: TimeToLiveDescription?.AttributeName }];
  });
}

function tableOf({
  AttributeDefinitions,
  KeySchema,
  BillingModeSummary,
  GlobalSecondaryIndexes,
}: TableDescription) {
  const keyOf = (schema: TableDescription["KeySchema"], type: string) =>
    schema!.find((key) => key.KeyType === type)!.AttributeName;
  const indexes = (GlobalSecondaryIndexes ?? []).map((one) => ({
    name: one.IndexName,
    hashKey: keyOf(one.KeySchema, "HASH"),
    rangeKey: keyOf(one.KeySchema, "RANGE"),
    projectionType: one.Projection!.ProjectionType,
  }));
  return {
    attributes: Object.fromEntries(
      AttributeDefinitions!.map((one) => [one.AttributeName, one.AttributeType]),
    ),
    keys: ["HASH", "RANGE"].map((type) => keyOf(KeySchema, type)),
    billing: BillingModeSummary?.BillingMode,
    indexes: indexes.sort((one, other) => (one.name! < other.name! ? -1 : 1)),
  };
}

async function bucketsOf(access: AwsAccess): Promise<Built["buckets"]> {
  const s3 = new S3Client(access);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return listed(Buckets, async ({ Name: Bucket }) => {
    const told = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    return [Bucket!, told.EventBridgeConfiguration ? "EventBridge" : "nowhere"];
  });
}

async function alarmsOf(access: AwsAccess): Promise<Built["alarms"]> {
  const { MetricAlarms = [] } = await new CloudWatchClient(access).send(new DescribeAlarmsCommand({}));
  return listed(MetricAlarms, async (one) => {
    const dimensions = Object.fromEntries((one.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    const alarm = {
      description: one.AlarmDescription,
      metric: [one.Namespace, one.MetricName, dimensions],
      statistic: one.Statistic,
      period: one.Period,
      periods: [one.DatapointsToAlarm, one.EvaluationPeriods],
      threshold: [one.ComparisonOperator, one.Threshold],
      missing: one.TreatMissingData,
    };
    return [one.AlarmName!, alarm];
  });
}

async function projectsOf(access: AwsAccess): Promise<Built["projects"]> {
  const codebuild = new CodeBuildClient(access);
  const { projects: names = [] } = await codebuild.send(new ListProjectsCommand({}));
  const { projects = [] } = await codebuild.send(new BatchGetProjectsCommand({ names }));
  return listed(projects, async (one) => {
    const { type, location, buildspec } = one.source!;
    const { computeType, image, privilegedMode, type: machine } = one.environment!;
    const { cloudWatchLogs, s3Logs } = one.logsConfig!;
    const project = {
      description: one.description,
      role: one.serviceRole,
      source: { type, location, buildspec },
      artifacts: one.artifacts!.type,
      environment: { computeType, image, privilegedMode, type: machine },
      timeoutMinutes: one.timeoutInMinutes,
      logs: { cloudWatch: cloudWatchLogs!.status, s3: s3Logs },
    };
    return [one.name!, project];
  });
}

async function listed<T, R>(
  list: T[],
  describe: (one: T) => Promise<readonly [string, R]>,
): Promise<Record<string, R>> {
  return Object.fromEntries(await Promise.all(list.map(describe)));
}
