// Builds the blueprint through AWS's own calls, as `sst deploy` does on AWS. Every call is idempotent, so that a
// start on existing state brings code and definitions up to date and leaves data alone.
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateStateMachineCommand, SFNClient, UpdateStateMachineCommand } from "@aws-sdk/client-sfn";
import type { Blueprint, FunctionBlueprint, Statement } from "#infra/blueprint.ts";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import type { Bundle } from "./bundle.ts";

export type AwsAccess = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

export async function deployBlueprint(plan: Blueprint, bundles: Bundle[], access: AwsAccess): Promise<void> {
  await Promise.all([deployRoles(plan, access), deployTable(plan, access), deployBucket(plan, access)]);
  await Promise.all(plan.functions.map((one) => deployFunction(plan, one, bundles, access)));
  await deployMachines(plan, access);
  await Promise.all([deployRules(plan, access), deploySchedules(plan, access)]);
}

async function deployRoles(plan: Blueprint, access: AwsAccess): Promise<void> {
  const iam = new IAMClient(access);
  const roles = [
    ...plan.functions,
    ...plan.stateMachines,
    plan.appFunctionRole,
    ...plan.schedules.map((one) => ({ short: "schedule", statements: one.statements })),
  ];
  await Promise.all(
    roles.map(async ({ short, statements }) => {
      const RoleName = plan.names.roleName(short);
      await ignoring(
        "EntityAlreadyExistsException",
        iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy() })),
      );
      // A policy without statements is refused, and a role without a policy may do nothing.
      if (statements.length === 0) return;
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "grants", PolicyDocument: policy(statements) }),
      );
    }),
  );
}

function policy(statements: Statement[]): string {
  const Statement = statements.map((one) => ({
    Effect: "Allow",
    Action: one.actions,
    Resource: one.resources,
    Condition: one.conditions,
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function trustPolicy(): string {
  const Service = ["lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
}

async function deployTable(plan: Blueprint, access: AwsAccess): Promise<void> {
  const dynamo = new DynamoDBClient(access);
  const { ttlAttribute, ...definition } = TABLE_DEFINITION;
  await ignoring(
    "ResourceInUseException",
    dynamo.send(new CreateTableCommand({ TableName: plan.names.table, ...definition })),
  );
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  await ignoring(
    "ValidationException",
    dynamo.send(new UpdateTimeToLiveCommand({ TableName: plan.names.table, TimeToLiveSpecification })),
  );
}

async function deployBucket(plan: Blueprint, access: AwsAccess): Promise<void> {
  const s3 = new S3Client(access);
  const Bucket = plan.names.bucket;
  await ignoring("BucketAlreadyOwnedByYou", s3.send(new CreateBucketCommand({ Bucket })));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
}

async function deployFunction(
  plan: Blueprint,
  one: FunctionBlueprint,
  bundles: Bundle[],
  access: AwsAccess,
): Promise<void> {
  const lambda = new LambdaClient(access);
  const FunctionName = plan.names.functionName(one.short);
  const ZipFile = bundles.find((bundle) => bundle.short === one.short)!.zip;
  const configuration = {
    FunctionName,
    Handler: "index.handler",
    Runtime: "nodejs24.x" as const,
    Role: plan.names.roleArn(one.short),
    MemorySize: one.memoryMiB,
    Timeout: one.timeoutSeconds,
    Environment: { Variables: one.environment },
  };
  const created = await ignoring(
    "ResourceConflictException",
    lambda.send(new CreateFunctionCommand({ ...configuration, Code: { ZipFile } })),
  );
  if (!created) {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await retryingConflict(() => lambda.send(new UpdateFunctionConfigurationCommand(configuration)));
  }
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 } as never,
    { FunctionName },
  );
  if (one.url) await deployUrl(lambda, FunctionName);
}

async function deployUrl(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await ignoring(
    "ResourceConflictException",
    lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" })),
  );
  const anyone = { FunctionName, Principal: "*" };
  await ignoring(
    "ResourceConflictException",
    lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "url",
        Action: "lambda:InvokeFunctionUrl",
        FunctionUrlAuthType: "NONE",
      }),
    ),
  );
  await ignoring(
    "ResourceConflictException",
    lambda.send(
      new AddPermissionCommand({
        ...anyone,
        StatementId: "url-invoke",
        Action: "lambda:InvokeFunction",
        InvokedViaFunctionUrl: true,
      }),
    ),
  );
}

async function deployMachines(plan: Blueprint, access: AwsAccess): Promise<void> {
  const sfn = new SFNClient(access);
  for (const machine of plan.stateMachines) {
    const definition = JSON.stringify(machine.definition);
    const roleArn = plan.names.roleArn(machine.short);
    const created = await ignoring(
      "StateMachineAlreadyExists",
      sfn.send(new CreateStateMachineCommand({ name: machine.name, definition, roleArn })),
    );
    if (!created)
      await sfn.send(
        new UpdateStateMachineCommand({ stateMachineArn: plan.names.rolloutArn, definition, roleArn }),
      );
  }
}

async function deployRules(plan: Blueprint, access: AwsAccess): Promise<void> {
  const events = new EventBridgeClient(access);
  for (const rule of plan.rules) {
    await events.send(
      new PutRuleCommand({ Name: rule.name, EventPattern: JSON.stringify(rule.pattern), State: "ENABLED" }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: rule.name,
        Targets: [{ Id: rule.target, Arn: plan.names.functionArn(rule.target) }],
      }),
    );
    const permission = {
      FunctionName: plan.names.functionName(rule.target),
      StatementId: rule.name,
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
    };
    await ignoring(
      "ResourceConflictException",
      new LambdaClient(access).send(new AddPermissionCommand(permission)),
    );
  }
}

async function deploySchedules(plan: Blueprint, access: AwsAccess): Promise<void> {
  const scheduler = new SchedulerClient(access);
  for (const one of plan.schedules) {
    const Target = {
      Arn: plan.names.functionArn(one.target),
      RoleArn: plan.names.roleArn("schedule"),
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

/** The answer, or `undefined` where the call failed with that error name (it is there already). */
async function ignoring<T>(name: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as Error).name === name) return undefined;
    throw error;
  }
}

/** A function that is still taking its new code refuses a new configuration for a moment. */
async function retryingConflict<T>(call: () => Promise<T>, tries = 50): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== "ResourceConflictException" || attempt === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}
