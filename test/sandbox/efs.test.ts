// EFS and Lambda's storage as the SDK clients see them: a file system that functions really share, and a /tmp of a real size.
import { existsSync, readdirSync } from "node:fs";
import {
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
  DescribeFileSystemsCommand,
  DescribeMountTargetsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

let aws: RunningSandbox;
let efs: EFSClient;
let role: string;
let fileSystem: string;

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: Error) => error,
  );
const SUBNET = "subnet-sandbox-a";
const VpcConfig = { SubnetIds: [SUBNET], SecurityGroupIds: ["sg-sandbox-default"] };

const ATTACHING = [
  ...["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface"],
  ...["AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"],
];

shared(
  async () => {
    aws = await runSandbox();
    const { endpoint, rootCredentials: credentials } = aws.sandbox;
    efs = new EFSClient({ region: "us-east-1", endpoint, credentials, maxAttempts: 1 });
    role = await aws.role("attached", [
      { Effect: "Allow", Action: ATTACHING.map((call) => `ec2:${call}`), Resource: "*" },
    ]);
    const made = await efs.send(new CreateFileSystemCommand({ CreationToken: "one", Encrypted: true }));
    fileSystem = made.FileSystemId!;
  },
  () => aws.stop(),
);

function accessPoint(token: string) {
  return efs.send(
    new CreateAccessPointCommand({
      ClientToken: token,
      FileSystemId: fileSystem,
      PosixUser: { Uid: 1000, Gid: 1000 },
      RootDirectory: {
        Path: `/${token}`,
        CreationInfo: { OwnerUid: 1000, OwnerGid: 1000, Permissions: "0755" },
      },
      Tags: [{ Key: "Name", Value: token }],
    }),
  );
}

const NOTES = `
import { appendFileSync, readFileSync, rmSync, statfsSync, existsSync } from "node:fs";
export const handler = async ({ write, fill, see }) => {
  if (write) appendFileSync("/mnt/data/notes", write + "\\n");
  if (fill) { try { rmSync("/tmp/much", { force: true }); for (let at = 0; at < fill; at += 10) appendFileSync("/tmp/much", Buffer.alloc(10485760)); } catch (error) { return error.code; } }
  if (see) return existsSync(see);
  return existsSync("/mnt/data/notes") ? readFileSync("/mnt/data/notes", "utf8") : statfsSync("/tmp").blocks * statfsSync("/tmp").bsize;
};`;

test("file systems, mount targets and access points are made once and told", async () => {
  expect(await refusal(efs.send(new CreateFileSystemCommand({ CreationToken: "one" })))).toMatchObject({
    name: "FileSystemAlreadyExists",
    FileSystemId: fileSystem,
  });
  const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({ FileSystemId: fileSystem }));
  expect(FileSystems![0]).toMatchObject({
    LifeCycleState: "available",
    Encrypted: true,
    NumberOfMountTargets: 0,
  });
  expect(await refusal(efs.send(new DescribeFileSystemsCommand({ FileSystemId: "fs-0" })))).toMatchObject({
    name: "FileSystemNotFound",
  });
  const made = await accessPoint("notes");
  expect(made.AccessPointArn).toMatch(/:elasticfilesystem:us-east-1:\d{12}:access-point\/fsap-[0-9a-f]{17}$/);
  expect(await refusal(accessPoint("notes"))).toMatchObject({
    name: "AccessPointAlreadyExists",
    AccessPointId: made.AccessPointId,
  });
  const { AccessPoints } = await efs.send(new DescribeAccessPointsCommand({ FileSystemId: fileSystem }));
  expect(AccessPoints).toMatchObject([
    { Name: "notes", RootDirectory: { Path: "/notes" }, PosixUser: { Uid: 1000 } },
  ]);
});

test("a function needs a network with a way to the file system, then all that mount it see the same files", async () => {
  const { AccessPoints } = await efs.send(new DescribeAccessPointsCommand({ FileSystemId: fileSystem }));
  const FileSystemConfigs = [{ Arn: AccessPoints![0]!.AccessPointArn!, LocalMountPath: "/mnt/data" }];
  const make = (name: string, more: object) =>
    aws.function(name, role, NOTES, { FileSystemConfigs, ...more });
  expect(String(await refusal(make("one", {})))).toMatch(/must be configured to execute in a VPC/);
  expect(String(await refusal(make("one", { VpcConfig })))).toMatch(/does not have mount targets/);
  await efs.send(new CreateMountTargetCommand({ FileSystemId: fileSystem, SubnetId: SUBNET }));
  const { MountTargets } = await efs.send(new DescribeMountTargetsCommand({ FileSystemId: fileSystem }));
  expect(MountTargets).toMatchObject([{ SubnetId: SUBNET, LifeCycleState: "available" }]);
  await make("one", { VpcConfig });
  await make("two", { VpcConfig });
  const told = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "one" }));
  expect(told).toMatchObject({ FileSystemConfigs, VpcConfig: { ...VpcConfig, VpcId: "vpc-sandbox" } });
  expect((await aws.invoke("one", { write: "from one" })).json).toBe("from one\n");
  expect((await aws.invoke("two", { write: "from two" })).json).toBe("from one\nfrom two\n");
  expect((await aws.invoke("one")).json).toBe("from one\nfrom two\n");
  expect(existsSync("/mnt/data/notes")).toBe(false);
});

test("a function goes into a network only with a role that may have interfaces, each of the calls", async () => {
  const trial = async (name: string, calls: string[]) => {
    const Action = ["lambda:GetFunction", ...calls.map((call) => `ec2:${call}`)];
    const poor = await aws.role(name, [{ Effect: "Allow", Action, Resource: "*" }]);
    return refusal(aws.function(name, poor, NOTES, { VpcConfig }));
  };
  for (const call of ATTACHING)
    expect(
      String(
        await trial(
          `without-${call}`,
          ATTACHING.filter((one) => one !== call),
        ),
      ),
    ).toContain(`The provided execution role does not have permissions to call ${call} on EC2`);
  const { lambda } = aws;
  const FunctionName = "outside";
  await aws.function(FunctionName, await aws.role("outside"), NOTES);
  const moved = refusal(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, VpcConfig })));
  expect(String(await moved)).toContain("to call CreateNetworkInterface on EC2");
});

test("a /tmp of its own has its size and nothing of anybody else's", async () => {
  // Time enough to fill it on a machine that is busy.
  await aws.function("large", role, NOTES, { EphemeralStorage: { Size: 600 }, Timeout: 40 });
  expect((await aws.invoke("large")).json).toBe(600 * 1_048_576);
  expect((await aws.invoke("large", { fill: 10 })).json).toBe(600 * 1_048_576);
  expect((await aws.invoke("large", { fill: 700 })).json).toBe("ENOSPC");
  expect(existsSync("/tmp/much")).toBe(false);
  // What runs the functions may itself lie there: that they see.
  const isOurs = (name: string) => import.meta.dirname.startsWith(`/tmp/${name}/`);
  const others = readdirSync("/tmp").find(
    (name) => !/^(sandbox-|tutti-tests-|\.)/.test(name) && !isOurs(name),
  );
  if (others) expect((await aws.invoke("large", { see: `/tmp/${others}` })).json).toBe(false);
});

test("a function whose access point is gone says so when it is called", async () => {
  const { AccessPointId, AccessPointArn } = await accessPoint("gone");
  const FileSystemConfigs = [{ Arn: AccessPointArn!, LocalMountPath: "/mnt/data" }];
  await aws.function("orphan", role, NOTES, { FileSystemConfigs, VpcConfig });
  await efs.send(new DeleteAccessPointCommand({ AccessPointId }));
  const { FunctionError, json } = await aws.invoke("orphan");
  expect([FunctionError, json.errorType]).toEqual(["Unhandled", "EFSMountFailureException"]);
});
