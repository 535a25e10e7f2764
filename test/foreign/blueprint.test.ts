// The blueprint on a judge, deployed twice and read back: what the judge keeps is what the blueprint says.
import { BatchGetProjectsCommand, CodeBuildClient } from "@aws-sdk/client-codebuild";
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetFunctionCommand, GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DescribeStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { beforeAll, expect, test } from "vitest";
import { policyDocument } from "#infra/policy.ts";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import { type Installation, install } from "./installation.ts";

let installation: Installation;
let plan: Installation["plan"];

beforeAll(async () => {
  installation = await install("twice");
  await installation.again();
  ({ plan } = installation);
});

test("the table has its keys, its indexes and its time to live", async () => {
  const dynamo = new DynamoDBClient({});
  const TableName = plan.names.table;
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  expect(Table!.KeySchema).toEqual(TABLE_DEFINITION.KeySchema);
  const indexes = Table!.GlobalSecondaryIndexes!.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  expect(indexes.sort((a, b) => a.IndexName!.localeCompare(b.IndexName!))).toMatchObject(
    TABLE_DEFINITION.GlobalSecondaryIndexes,
  );
  const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(TimeToLiveDescription!.AttributeName).toBe(TABLE_DEFINITION.ttlAttribute);
});

test("every function has its settings, and the API its URL", async () => {
  const lambda = new LambdaClient({});
  for (const one of plan.functions) {
    const FunctionName = plan.names.functionName(one.short);
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration).toMatchObject({
      Role: plan.names.roleArn(one.short),
      MemorySize: one.memoryMiB,
      Timeout: one.timeoutSeconds,
      Environment: { Variables: one.environment },
    });
    const url = lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    if (one.url) expect((await url).FunctionUrl).toMatch(/^https?:\/\//);
    else await expect(url).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  }
});

test("every role may do what its statements say", async () => {
  const iam = new IAMClient({});
  for (const { short, statements } of [...plan.functions, ...plan.stateMachines, ...plan.projects]) {
    const query = new GetRolePolicyCommand({ RoleName: plan.names.roleName(short), PolicyName: "grants" });
    const { PolicyDocument } = await iam.send(query);
    expect(JSON.parse(decodeURIComponent(PolicyDocument!))).toEqual(JSON.parse(policyDocument(statements)));
  }
});

test("every state machine is kept as it was written", async () => {
  const sfn = new SFNClient({});
  for (const machine of plan.stateMachines) {
    const stateMachineArn = plan.names.stateMachineArn(machine.short);
    const found = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(JSON.parse(found.definition!)).toEqual(machine.definition);
    expect(found.roleArn).toBe(plan.names.roleArn(machine.short));
  }
});

test("every rule leads to its function, and every schedule too", async () => {
  const events = new EventBridgeClient({});
  for (const rule of plan.rules) {
    const on = rule.bus === undefined ? {} : { EventBusName: rule.bus };
    const found = await events.send(new DescribeRuleCommand({ Name: rule.name, ...on }));
    expect(JSON.parse(found.EventPattern!)).toEqual(rule.pattern);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: rule.name, ...on }));
    expect(Targets!.map((one) => one.Arn)).toEqual([plan.names.functionArn(rule.target)]);
  }
  for (const schedule of plan.schedules) {
    const found = await new SchedulerClient({}).send(new GetScheduleCommand({ Name: schedule.name }));
    expect(found.ScheduleExpression).toBe(schedule.expression);
    expect(found.Target!.Arn).toBe(plan.names.functionArn(schedule.target));
  }
});

test("every CodeBuild project has its role and its buildspec", async () => {
  const names = plan.projects.map((one) => one.name);
  const { projects } = await new CodeBuildClient({}).send(new BatchGetProjectsCommand({ names }));
  expect(projects).toMatchObject(
    plan.projects.map(({ name, short, buildspec }) => ({
      name,
      serviceRole: plan.names.roleArn(short),
      source: { buildspec },
    })),
  );
});
