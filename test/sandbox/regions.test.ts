// Several regions on one sandbox: a request belongs to the region that it is signed for, names are unique there, ARNs say it, what is
// global is the same in each, and what is another region's is refused in the words of its service.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeImagesCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  ECSClient,
} from "@aws-sdk/client-ecs";
import {
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { settled, zipOf } from "./running-sandbox.ts";

const [HOME, AWAY] = ["us-east-1", "eu-central-1"] as const;
const OTHER = "111111111111";

let directory: string;
let sandbox: Sandbox;
const open = () => startSandbox({ directory, port: 0, timeScale: 1, accounts: [OTHER], regions: [AWAY] });
const at = (region: string) => ({
  endpoint: sandbox.endpoint,
  region,
  credentials: { ...sandbox.rootCredentials },
  maxAttempts: 1,
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sandbox-regions-"));
  sandbox = await open();
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("a name is there once in each region and account, and its ARN says where", async () => {
  const made = [];
  for (const [where, credentials] of [
    [HOME, sandbox.rootCredentials],
    [AWAY, sandbox.rootCredentials],
    [AWAY, sandbox.ownerOf(OTHER)],
  ] as const) {
    const client = new SecretsManagerClient({ ...at(where), credentials });
    const { ARN } = await client.send(new CreateSecretCommand({ Name: "which", SecretString: where }));
    made.push(ARN!.replace(/-\w{6}$/, ""));
  }
  expect(made).toEqual([
    "arn:aws:secretsmanager:us-east-1:000000000000:secret:which",
    "arn:aws:secretsmanager:eu-central-1:000000000000:secret:which",
    `arn:aws:secretsmanager:eu-central-1:${OTHER}:secret:which`,
  ]);
  const read = async (region: string, SecretId: string) =>
    (await new SecretsManagerClient(at(region)).send(new GetSecretValueCommand({ SecretId }))).SecretString;
  expect(await read(HOME, "which")).toBe(HOME);
  expect(await read(AWAY, "which")).toBe(AWAY);
  await expect(read(AWAY, made[0]!)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect(await read(AWAY, made[1]!)).toBe(AWAY);
});

test("a role is the same in every region, and so is who one is", async () => {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await new IAMClient(at(HOME)).send(
    new CreateRoleCommand({ RoleName: "everywhere", AssumeRolePolicyDocument: document }),
  );
  const { Role } = await new IAMClient(at(AWAY)).send(new GetRoleCommand({ RoleName: "everywhere" }));
  expect(Role!.Arn).toBe("arn:aws:iam::000000000000:role/everywhere");
  expect(await new STSClient(at(AWAY)).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: "000000000000",
  });
});

test("a permission for one region is none for another", async () => {
  const RoleName = "reader-at-home";
  const iam = new IAMClient(at(HOME));
  const statement = {
    Effect: "Allow",
    Action: "ssm:GetParameter",
    Resource: "arn:aws:ssm:us-east-1:*:parameter/*",
  };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument }));
  const credentials = sandbox.platform.credentialsOf(`arn:aws:iam::000000000000:role/${RoleName}`);
  for (const region of [HOME, AWAY])
    await new SSMClient(at(region)).send(
      new PutParameterCommand({ Name: "/where", Value: region, Type: "String" }),
    );
  const read = (region: string, Name = "/where") =>
    new SSMClient({ ...at(region), credentials }).send(new GetParameterCommand({ Name }));
  expect((await read(HOME)).Parameter).toMatchObject({
    Value: HOME,
    ARN: "arn:aws:ssm:us-east-1:000000000000:parameter/where",
  });
  await expect(read(AWAY)).rejects.toThrow(/ssm:GetParameter on resource: arn:aws:ssm:eu-central-1:/);
  const arn = "arn:aws:ssm:eu-central-1:000000000000:parameter/where";
  await expect(new SSMClient(at(HOME)).send(new GetParameterCommand({ Name: arn }))).rejects.toMatchObject({
    name: "ParameterNotFound",
  });
});

test("a bucket is in one region: elsewhere one is sent there, and a link works from anywhere if it was signed for there", async () => {
  await new S3Client({ ...at(HOME), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: "at-home" }),
  );
  const home = new S3Client({ ...at(HOME), forcePathStyle: true });
  await home.send(new PutObjectCommand({ Bucket: "at-home", Key: "a", Body: "well" }));
  const away = new S3Client({ ...at(AWAY), forcePathStyle: true });
  const get = new GetObjectCommand({ Bucket: "at-home", Key: "a" });
  await expect(away.send(get)).rejects.toMatchObject({
    name: "PermanentRedirect",
    $response: { headers: { "x-amz-bucket-region": HOME } },
  });
  await expect(away.send(new CreateBucketCommand({ Bucket: "at-home" }))).rejects.toMatchObject({
    name: "BucketAlreadyOwnedByYou",
  });
  expect(await (await fetch(await getSignedUrl(home, get))).text()).toBe("well");
  const signedElsewhere = await fetch(await getSignedUrl(away, get), { redirect: "manual" });
  expect(signedElsewhere.status).toBe(301);
});

test("a function is called in its own region only, and finds that region in its environment", async () => {
  const lambda = new LambdaClient(at(AWAY));
  const Role = "arn:aws:iam::000000000000:role/everywhere";
  const code = zipOf("export const handler = async () => process.env.AWS_REGION;");
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName: "where", Role, Runtime: "nodejs24.x", Handler: "index.handler" },
      Code: { ZipFile: code },
    }),
  );
  expect(FunctionArn).toBe("arn:aws:lambda:eu-central-1:000000000000:function:where");
  await settled(lambda, "where");
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: FunctionArn }));
  expect(JSON.parse(Payload!.transformToString())).toBe(AWAY);
  const asked = (FunctionName: string) =>
    new LambdaClient(at(HOME)).send(new GetFunctionCommand({ FunctionName }));
  await expect(asked("where")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(asked(FunctionArn!)).rejects.toThrow(
    "Functions from 'eu-central-1' are not reachable in this region ('us-east-1')",
  );
});

test("a cluster and a load balancer of another region are refused and not found", async () => {
  const { cluster } = await new ECSClient(at(AWAY)).send(new CreateClusterCommand({ clusterName: "main" }));
  expect(cluster!.clusterArn).toBe("arn:aws:ecs:eu-central-1:000000000000:cluster/main");
  const home = new ECSClient(at(HOME));
  for (const refused of [
    home.send(new DescribeClustersCommand({ clusters: [cluster!.clusterArn!] })),
    home.send(new DescribeServicesCommand({ cluster: cluster!.clusterArn!, services: ["web"] })),
  ])
    await expect(refused).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid Region in ARN",
    });
  const made = [];
  for (const region of [HOME, AWAY]) {
    const { LoadBalancers } = await new ElasticLoadBalancingV2Client(at(region)).send(
      new CreateLoadBalancerCommand({ Name: "front", Subnets: [] }),
    );
    made.push(LoadBalancers![0]!);
  }
  expect(made[0]!.DNSName).not.toBe(made[1]!.DNSName);
  const LoadBalancerArns = [made[1]!.LoadBalancerArn!];
  await expect(
    new ElasticLoadBalancingV2Client(at(HOME)).send(new DescribeLoadBalancersCommand({ LoadBalancerArns })),
  ).rejects.toMatchObject({ name: "LoadBalancerNotFoundException" });
});

test("images and subnets have ids of their own in each region", async () => {
  const facts = async (region: string) => {
    const ec2 = new EC2Client(at(region));
    const { Images } = await ec2.send(new DescribeImagesCommand({}));
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    return {
      images: Images!.map((one) => one.ImageId!),
      zones: Subnets!.map((one) => one.AvailabilityZone!),
      ids: Subnets!.map((one) => `${one.SubnetId} ${one.AvailabilityZoneId}`),
    };
  };
  const [home, away] = [await facts(HOME), await facts(AWAY)];
  expect(away.zones).toEqual(["eu-central-1a", "eu-central-1b"]);
  expect(away.ids).toEqual(["subnet-eu-central-1-a euc1-az1", "subnet-eu-central-1-b euc1-az2"]);
  expect(away.images).toHaveLength(home.images.length);
  expect(away.images.filter((id) => home.images.includes(id))).toEqual([]);
});

test("a region that the sandbox does not have is told, and what is in the others outlives a restart", async () => {
  const read = (region: string) =>
    new SecretsManagerClient(at(region)).send(new GetSecretValueCommand({ SecretId: "which" }));
  await expect(read("ap-southeast-2")).rejects.toThrow(
    "The sandbox has no region ap-southeast-2; there are: us-east-1, eu-central-1.",
  );
  await sandbox.stop();
  sandbox = await open();
  expect((await read(AWAY)).SecretString).toBe(AWAY);
  const away = new S3Client({ ...at(AWAY), forcePathStyle: true });
  await expect(away.send(new GetObjectCommand({ Bucket: "at-home", Key: "a" }))).rejects.toMatchObject({
    name: "PermanentRedirect",
  });
});
