// The wire, with unchanged SDK clients: each protocol there and back, typed errors, and what is not there.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as ecs from "@aws-sdk/client-ecs";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as lambda from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsError, type Service, type Wire } from "#sandbox/platform.ts";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";

const at = new Date("2026-11-24T12:34:56.789Z");
const seen: Record<string, unknown> = {};
let sandbox: TestSandbox;

function scripted(
  name: string,
  module: Wire["module"],
  Client: Wire["Client"],
  handlers: Service["handlers"],
): Service {
  return { name, module, Client, handlers };
}

const ecsScript = scripted("ecs", ecs, ecs.ECSClient, {
  DescribeServices(input) {
    seen.ecs = input;
    return { services: [{ serviceName: "web", createdAt: at, desiredCount: 0, tags: [] }] };
  },
  UpdateService() {
    throw new AwsError("ServiceNotFoundException", "Service not found.");
  },
  CreateCluster() {
    throw new Error("a bug");
  },
});
const elbScript = scripted("elasticloadbalancing", elb, elb.ElasticLoadBalancingV2Client, {
  CreateTargetGroup(input) {
    seen.elb = input;
    return { TargetGroups: [{ TargetGroupName: "a&b", Port: 80, Matcher: { HttpCode: "200-299" } }] };
  },
  DescribeTargetGroups: () => ({ TargetGroups: [] }),
  DeleteTargetGroup() {
    throw new AwsError("TargetGroupNotFoundException", "One or more target groups <not> found");
  },
});
const lambdaScript = scripted("lambda", lambda, lambda.LambdaClient, {
  Invoke(input) {
    seen.invoke = input;
    return { StatusCode: 202, ExecutedVersion: "7", FunctionError: "Unhandled", Payload: input.Payload };
  },
  UpdateAlias(input) {
    seen.alias = input;
    return { Name: input.Name, RoutingConfig: input.RoutingConfig };
  },
  GetAlias() {
    throw new AwsError("ResourceNotFoundException", "Cannot find alias", { Type: "User" });
  },
  ListAliases(input) {
    seen.list = input;
    return { Aliases: [] };
  },
  UntagResource(input) {
    seen.untag = input;
  },
});

beforeAll(async () => {
  sandbox = await aSandbox({ services: () => [ecsScript, elbScript, lambdaScript] });
});
afterAll(() => sandbox?.remove());

test("awsJson carries lists, instants and zeros both ways", async () => {
  const client = new ecs.ECSClient(sandbox.config());
  const { services } = await client.send(
    new ecs.DescribeServicesCommand({ cluster: "c", services: ["web"], include: ["TAGS"] }),
  );
  expect(seen.ecs).toEqual({ cluster: "c", services: ["web"], include: ["TAGS"] });
  expect(services).toEqual([{ serviceName: "web", createdAt: at, desiredCount: 0, tags: [] }]);
});

test("an AWS error arrives as the SDK's own class", async () => {
  const client = new ecs.ECSClient(sandbox.config());
  const failed = client.send(new ecs.UpdateServiceCommand({ service: "x" }));
  await expect(failed).rejects.toBeInstanceOf(ecs.ServiceNotFoundException);
  await expect(failed).rejects.toMatchObject({
    message: "Service not found.",
    $metadata: { httpStatusCode: 400 },
  });
});

test("an operation without a handler is refused by name and not tried again", async () => {
  const client = new ecs.ECSClient({ ...sandbox.config(), maxAttempts: 3 });
  await expect(client.send(new ecs.ListClustersCommand({}))).rejects.toMatchObject({
    name: "NotImplemented",
    message: "The sandbox does not implement ecs:ListClusters.",
    $metadata: { httpStatusCode: 501, attempts: 1 },
  });
});

test("what breaks inside of a service is the server's fault", async () => {
  const client = new ecs.ECSClient(sandbox.config());
  await expect(client.send(new ecs.CreateClusterCommand({}))).rejects.toMatchObject({
    name: "InternalFailure",
    message: "The sandbox failed: a bug",
    $metadata: { httpStatusCode: 500 },
  });
});

test("awsQuery carries nested lists and escapes what XML cannot hold", async () => {
  const client = new elb.ElasticLoadBalancingV2Client(sandbox.config());
  const { TargetGroups } = await client.send(
    new elb.CreateTargetGroupCommand({
      Name: "a&b",
      Port: 80,
      HealthCheckEnabled: true,
      Matcher: { HttpCode: "200" },
      Tags: [{ Key: "k", Value: "1 2" }, { Key: "é" }],
    }),
  );
  expect(seen.elb).toEqual({
    Name: "a&b",
    Port: 80,
    HealthCheckEnabled: true,
    Matcher: { HttpCode: "200" },
    Tags: [{ Key: "k", Value: "1 2" }, { Key: "é" }],
  });
  expect(TargetGroups).toEqual([{ TargetGroupName: "a&b", Port: 80, Matcher: { HttpCode: "200-299" } }]);
  expect((await client.send(new elb.DescribeTargetGroupsCommand({}))).TargetGroups).toEqual([]);
});

test("awsQuery errors are typed by the name they have on the wire", async () => {
  const client = new elb.ElasticLoadBalancingV2Client(sandbox.config());
  const failed = client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: "x" }));
  await expect(failed).rejects.toBeInstanceOf(elb.TargetGroupNotFoundException);
  await expect(failed).rejects.toThrow("One or more target groups <not> found");
});

test("restJson1 binds path, query, headers, body and status", async () => {
  const client = new lambda.LambdaClient(sandbox.config());
  const answer = await client.send(
    new lambda.InvokeCommand({
      FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:f",
      Qualifier: "live",
      InvocationType: "Event",
      Payload: Buffer.from('{"a":1}'),
    }),
  );
  expect(seen.invoke).toEqual({
    FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:f",
    Qualifier: "live",
    InvocationType: "Event",
    Payload: Buffer.from('{"a":1}'),
  });
  expect(answer).toMatchObject({ StatusCode: 202, ExecutedVersion: "7", FunctionError: "Unhandled" });
  expect(answer.Payload?.transformToString()).toBe('{"a":1}');
});

test("restJson1 finds the operation by method and path and reads maps and numbers", async () => {
  const client = new lambda.LambdaClient(sandbox.config());
  const RoutingConfig = { AdditionalVersionWeights: { "2": 0.1 } };
  const input = { FunctionName: "f", Name: "live", RevisionId: "r", RoutingConfig };
  const answer = await client.send(new lambda.UpdateAliasCommand(input));
  expect(seen.alias).toEqual(input);
  expect(answer).toMatchObject({ Name: "live", RoutingConfig });
  await client.send(new lambda.ListAliasesCommand({ FunctionName: "f", MaxItems: 3, Marker: "a/b c" }));
  expect(seen.list).toEqual({ FunctionName: "f", MaxItems: 3, Marker: "a/b c" });
  await client.send(new lambda.UntagResourceCommand({ Resource: "arn:x:y/z", TagKeys: ["a", "b"] }));
  expect(seen.untag).toEqual({ Resource: "arn:x:y/z", TagKeys: ["a", "b"] });
});

test("restJson1 errors are typed, with their members and status", async () => {
  const client = new lambda.LambdaClient(sandbox.config());
  const failed = client.send(new lambda.GetAliasCommand({ FunctionName: "f", Name: "none" }));
  await expect(failed).rejects.toBeInstanceOf(lambda.ResourceNotFoundException);
  await expect(failed).rejects.toMatchObject({ Type: "User", $metadata: { httpStatusCode: 404 } });
});

test("an error of a service that once spoke query has its old name too", async () => {
  const client = new cloudwatch.CloudWatchClient(sandbox.config());
  const failed = client.send(
    new cloudwatch.SetAlarmStateCommand({ AlarmName: "none", StateValue: "OK", StateReason: "r" }),
  );
  await expect(failed).rejects.toMatchObject({ name: "ResourceNotFound" });
});

test("a large request that the client compresses is read", async () => {
  const client = new cloudwatch.CloudWatchClient(sandbox.config());
  const MetricData = Array.from({ length: 500 }, (_unused, n) => ({ MetricName: `metric-${n}`, Value: n }));
  await client.send(new cloudwatch.PutMetricDataCommand({ Namespace: "Test", MetricData }));
  const { Metrics } = await client.send(new cloudwatch.ListMetricsCommand({ Namespace: "Test" }));
  expect(Metrics).toHaveLength(500);
});

test("a service that the sandbox has not is refused by name", async () => {
  const target = { method: "POST", headers: { "x-amz-target": "Kinesis_20131202.PutRecord" }, body: "{}" };
  const answer = await fetch(sandbox.endpoint, target);
  expect(await answer.json()).toEqual({
    __type: "UnknownOperationException",
    message: "The sandbox has no service for Kinesis_20131202.PutRecord.",
  });
});

test("a request that nobody signed is refused", async () => {
  const target = { method: "POST", headers: { "x-amz-target": "DynamoDB_20120810.ListTables" }, body: "{}" };
  const answer = await fetch(sandbox.endpoint, target);
  expect([answer.status, (await answer.json()).__type]).toEqual([400, "MissingAuthenticationTokenException"]);
});

test("a body that is not JSON is refused", async () => {
  const headers = {
    "x-amz-target": "DynamoDB_20120810.ListTables",
    authorization: "AWS4-HMAC-SHA256 Credential=root/20261124/us-east-1/dynamodb/aws4_request",
  };
  const answer = await fetch(sandbox.endpoint, { method: "POST", headers, body: "{" });
  expect((await answer.json()).__type).toBe("SerializationException");
});
