// Roles, their keys, and what a missing permission looks like in each protocol.
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";

let sandbox: TestSandbox;
let poor: string;
beforeAll(async () => {
  sandbox = await aSandbox();
  poor = await aRole(sandbox, "poor", [
    { Action: "dynamodb:List*", Resource: "*" },
    { Action: "scheduler:*", Resource: "arn:aws:scheduler:*:*:schedule/default/mine-*" },
  ]);
});
afterAll(() => sandbox?.remove());

test("a role is kept with its policies, percent-encoded as IAM answers them", async () => {
  const client = new iam.IAMClient(sandbox.config());
  const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: "poor" }));
  expect(Role?.Arn).toBe("arn:aws:iam::000000000000:role/poor");
  expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""))).toEqual({
    Version: "2012-10-17",
    Statement: [],
  });
  const { PolicyNames } = await client.send(new iam.ListRolePoliciesCommand({ RoleName: "poor" }));
  expect(PolicyNames).toEqual(["inline"]);
});

test("a role in use cannot be made twice or deleted with its policies", async () => {
  const client = new iam.IAMClient(sandbox.config());
  const again = client.send(new iam.CreateRoleCommand({ RoleName: "poor", AssumeRolePolicyDocument: "{}" }));
  await expect(again).rejects.toBeInstanceOf(iam.EntityAlreadyExistsException);
  const gone = client.send(new iam.DeleteRoleCommand({ RoleName: "poor" }));
  await expect(gone).rejects.toBeInstanceOf(iam.DeleteConflictException);
});

test("a policy that is not one is refused when it is put", async () => {
  const client = new iam.IAMClient(sandbox.config());
  const put = client.send(
    new iam.PutRolePolicyCommand({ RoleName: "poor", PolicyName: "bad", PolicyDocument: "{}" }),
  );
  await expect(put).rejects.toBeInstanceOf(iam.MalformedPolicyDocumentException);
});

test("what is granted works", async () => {
  const client = new DynamoDBClient(sandbox.config(poor));
  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
});

test("a missing permission names role, action and resource, in every protocol", async () => {
  const denied = (action: string, resource: string) =>
    `User: ${poor} is not authorized to perform: ${action} on resource: ${resource}`;
  const config = sandbox.config(poor);
  const Key = { pk: { S: "a" } };
  await expect(
    new DynamoDBClient(config).send(new GetItemCommand({ TableName: "tutti", Key })),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: denied("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:000000000000:table/tutti"),
    $metadata: { httpStatusCode: 400 },
  });
  await expect(
    new iam.IAMClient(config).send(new iam.GetRoleCommand({ RoleName: "poor" })),
  ).rejects.toMatchObject({
    name: "AccessDenied",
    message: denied("iam:GetRole", poor),
    $metadata: { httpStatusCode: 403 },
  });
  await expect(
    new SchedulerClient(config).send(new GetScheduleCommand({ Name: "other" })),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: denied(
      "scheduler:GetSchedule",
      "arn:aws:scheduler:us-east-1:000000000000:schedule/default/other",
    ),
    $metadata: { httpStatusCode: 403 },
  });
  await expect(
    new S3Client(config).send(new GetObjectCommand({ Bucket: "bucket", Key: "key" })),
  ).rejects.toMatchObject({
    name: "AccessDenied",
    message: denied("s3:GetObject", "arn:aws:s3:::bucket/key"),
    $metadata: { httpStatusCode: 403 },
  });
  await expect(new CloudWatchClient(config).send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    message: denied("cloudwatch:DescribeAlarms", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:*"),
  });
});

test("handing a role over takes iam:PassRole on it", async () => {
  const create = new SchedulerClient(sandbox.config(poor)).send(
    new CreateScheduleCommand({
      Name: "mine-1",
      ScheduleExpression: "rate(1 minute)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: "arn:aws:lambda:us-east-1:000000000000:function:f", RoleArn: poor },
    }),
  );
  await expect(create).rejects.toThrow(`not authorized to perform: iam:PassRole on resource: ${poor}`);
});

test("a key that nobody has is refused by the name of the protocol", async () => {
  const config = { ...sandbox.config(), credentials: { accessKeyId: "AKIANOBODY", secretAccessKey: "x" } };
  await expect(new DynamoDBClient(config).send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
  await expect(new iam.IAMClient(config).send(new iam.ListRolesCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });
  await expect(
    new S3Client(config).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
  ).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
});

test("a deleted role's key is worth nothing", async () => {
  const arn = await aRole(sandbox, "short", [{ Action: "*", Resource: "*" }]);
  const client = new iam.IAMClient(sandbox.config());
  const old = new DynamoDBClient(sandbox.config(arn));
  await client.send(new iam.DeleteRolePolicyCommand({ RoleName: "short", PolicyName: "inline" }));
  await client.send(new iam.DeleteRoleCommand({ RoleName: "short" }));
  await expect(old.send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
});
