// What the other services do for the store, the triggers and the server driver.
import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import { eventually, fresh, type Probes, ROLE_ARN, WORKS } from "./probe.ts";

/** Emulators look for what is due every 10 seconds. */
const SWEEP_SECONDS = 14;

const dynamo = new DynamoDBClient({});

export const DYNAMODB: Probes = {
  "keeps the time to live of a table": async () => {
    const TableName = await aTable();
    const TimeToLiveSpecification = { AttributeName: "ttl", Enabled: true };
    await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    return TimeToLiveDescription?.AttributeName === "ttl" ? WORKS : "forgets it";
  },
  "hands back the item that a failed condition met": async () => {
    const put = {
      TableName: await aTable(),
      Item: { pk: { S: "a" }, sk: { S: "b" }, by: { S: "ann" } },
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    };
    await dynamo.send(new PutItemCommand(put));
    const refused = await dynamo.send(new PutItemCommand(put)).catch((error: unknown) => error);
    return (refused as { Item?: { by?: { S?: string } } }).Item?.by?.S === "ann" ? WORKS : "without the item";
  },
};

async function aTable(): Promise<string> {
  const TableName = fresh();
  const { ttlAttribute: _, ...definition } = TABLE_DEFINITION;
  await dynamo.send(new CreateTableCommand({ TableName, ...definition }));
  return TableName;
}

export const S3: Probes = {
  "keeps that a bucket tells EventBridge of its objects": async () => {
    const s3 = new S3Client({});
    const Bucket = fresh();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const kept = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    return kept.EventBridgeConfiguration ? WORKS : "takes it and does not say it again";
  },
  "refuses an object whose checksum is another's": async () => {
    const s3 = new S3Client({});
    const Bucket = fresh();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const ChecksumSHA256 = Buffer.alloc(32).toString("base64");
    const put = new PutObjectCommand({ Bucket, Key: "a", Body: "b", ChecksumSHA256 });
    const refused = await s3.send(put).then(
      () => "takes it",
      (error: Error) => error.name,
    );
    return refused === "BadDigest" ? WORKS : refused;
  },
};

export const SCHEDULER: Probes = {
  "fires a schedule": async () => {
    const sfn = new SFNClient({});
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: fresh(), definition, roleArn: ROLE_ARN }),
    );
    const at = new Date(Date.now() + 1000).toISOString().slice(0, 19);
    await new SchedulerClient({}).send(
      new CreateScheduleCommand({
        Name: fresh(),
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: stateMachineArn, RoleArn: ROLE_ARN, Input: "{}" },
      }),
    );
    const look = () => sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    const { executions = [] } = await eventually(
      look,
      (list) => (list.executions ?? []).length > 0,
      SWEEP_SECONDS,
    );
    return executions.length > 0 ? WORKS : "never";
  },
};

export const IAM: Probes = {
  "refuses what no policy allows": async () => {
    const iam = new IAMClient({});
    const UserName = fresh();
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    };
    await new S3Client({ credentials }).send(new ListBucketsCommand({}));
    return "allows everything";
  },
};
