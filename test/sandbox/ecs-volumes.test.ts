// File systems of EFS in tasks: what one task writes another one reads, through an access point and no further.

import * as ecs from "@aws-sdk/client-ecs";
import {
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { NETWORK, openWorld, until, type World } from "./container-world.ts";
import { refusal, runSandbox } from "./running-sandbox.ts";

let home: Awaited<ReturnType<typeof runSandbox>>;
let world: World;
let efs: EFSClient;
let role: string;
let image: string;
let fileSystemId: string;

shared(
  async () => {
    home = await runSandbox();
    world = await openWorld(home.sandbox);
    role = await world.executionRole();
    await world.ecs.send(new ecs.CreateClusterCommand({ clusterName: "main" }));
    const { endpoint, rootCredentials: credentials } = home.sandbox;
    efs = new EFSClient({ region: "us-east-1", endpoint, credentials });
    fileSystemId = (await efs.send(new CreateFileSystemCommand({ CreationToken: "one" }))).FileSystemId!;
    for (const SubnetId of NETWORK.awsvpcConfiguration!.subnets!)
      await efs.send(new CreateMountTargetCommand({ FileSystemId: fileSystemId, SubnetId }));
    image = await world.push(
      "files",
      "v1",
      `const { appendFileSync, readFileSync } = require("node:fs");
     appendFileSync("/data/lines", "x");
     process.exit(readFileSync("/data/lines", "utf8").length);`,
    );
  },
  () => home?.stop(),
);

async function accessPoint(Path: string, id = fileSystemId): Promise<string> {
  const CreationInfo = { OwnerUid: 1000, OwnerGid: 1000, Permissions: "750" };
  const RootDirectory = { Path, CreationInfo };
  const made = await efs.send(
    new CreateAccessPointCommand({ ClientToken: Path, FileSystemId: id, RootDirectory }),
  );
  return made.AccessPointId!;
}

type Efs = Partial<ecs.EFSVolumeConfiguration>;

const define = (
  family: string,
  efsVolumeConfiguration: Efs,
  mounts = [{ sourceVolume: "data", containerPath: "/data" }],
) =>
  world.define(
    family,
    image,
    { mountPoints: mounts },
    {
      executionRoleArn: role,
      requiresCompatibilities: ["FARGATE"],
      volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId, ...efsVolumeConfiguration } }],
    },
  );

/** Runs it once, to its end. */
async function runOnce(taskDefinition: string): Promise<ecs.Task> {
  const { tasks } = await world.ecs.send(
    new ecs.RunTaskCommand({
      cluster: "main",
      taskDefinition,
      launchType: "FARGATE",
      networkConfiguration: NETWORK,
    }),
  );
  return until("the task to stop", async () => {
    const input = { cluster: "main", tasks: [tasks![0]!.taskArn!] };
    const found = (await world.ecs.send(new ecs.DescribeTasksCommand(input))).tasks![0]!;
    return found.lastStatus === "STOPPED" && found;
  });
}

const throughPoint = async (path: string): Promise<Efs> => ({
  transitEncryption: "ENABLED",
  authorizationConfig: { accessPointId: await accessPoint(path) },
});

test("What a task writes at its mount point the next one reads; another access point shows another folder.", async () => {
  const mine = await define("mine", await throughPoint("/mine"));
  for (const lines of [1, 2]) expect((await runOnce(mine)).containers![0]!.exitCode).toBe(lines);
  const other = await define("other", await throughPoint("/other"));
  expect((await runOnce(other)).containers![0]!.exitCode).toBe(1);
  const described = await world.ecs.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition: mine }));
  expect(described.taskDefinition!.containerDefinitions![0]!.mountPoints).toEqual([
    { sourceVolume: "data", containerPath: "/data" },
  ]);
});

test("A file system that cannot be reached ends the task on its way up, and why.", async () => {
  const lonely = await efs.send(new CreateFileSystemCommand({ CreationToken: "two" }));
  const accessPointId = await accessPoint("/lonely", lonely.FileSystemId);
  const definition = await define("lonely", {
    fileSystemId: lonely.FileSystemId!,
    transitEncryption: "ENABLED",
    authorizationConfig: { accessPointId },
  });
  const { stopCode, stoppedReason } = await runOnce(definition);
  expect(stopCode).toBe("TaskFailedToStart");
  expect(stoppedReason).toMatch(/^ResourceInitializationError: .* has no mount target in the task's subnet/);
});

test("What cannot be is refused: an access point without encryption or with a root, an unknown volume, another kind of volume.", async () => {
  const { authorizationConfig } = await throughPoint("/more");
  expect(await refusal(define("plain", { authorizationConfig }))).toBe("ClientException");
  const root = { transitEncryption: "ENABLED" as const, authorizationConfig, rootDirectory: "/x" };
  expect(await refusal(define("rooted", root))).toBe("ClientException");
  const unknown = [{ sourceVolume: "else", containerPath: "/data" }];
  expect(await refusal(define("unknown", {}, unknown))).toBe("ClientException");
  const docker = { volumes: [{ name: "data", dockerVolumeConfiguration: { driver: "local" } }] };
  expect(await refusal(world.define("docker", image, {}, docker))).toBe("UnsupportedFeatureException");
});

test("A disk that the service configures is one for each task, and what does not go together is refused.", async () => {
  const volumes = [{ name: "data", configuredAtLaunch: true }];
  const mounted = { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] };
  const open = await world.define("open", image, mounted, { volumes });
  const closed = await world.define("closed", image);
  const two = { volumes: [...volumes, { name: "more", configuredAtLaunch: true }] };
  expect(await refusal(world.define("two", image, {}, two))).toBe("ClientException");
  const serve = (
    definition: string,
    disk?: Partial<ecs.ServiceManagedEBSVolumeConfiguration>,
    name = "data",
  ) =>
    world.serve("disks", definition, {
      desiredCount: 0,
      ...(disk ? { volumeConfigurations: [{ name, managedEBSVolume: { roleArn: role, ...disk } }] } : {}),
    });
  await expect(serve(open)).rejects.toThrow("The volume data is configured at launch");
  await expect(serve(closed, { sizeInGiB: 1 })).rejects.toThrow(
    "The volume data is not configured at launch",
  );
  await expect(serve(open, { sizeInGiB: 1 }, "else")).rejects.toThrow("The volume else is not configured");
  await expect(serve(open, {})).rejects.toThrow("either sizeInGiB or snapshotId");
  await expect(serve(open, { sizeInGiB: 16_385 })).rejects.toThrow("from 1 to 16384");
  await expect(serve(open, { sizeInGiB: 1, filesystemType: "ntfs" as never })).rejects.toThrow(
    "ext3, ext4, xfs",
  );
  await expect(serve(open, { sizeInGiB: 1, iops: 9 })).rejects.toThrow("The sandbox does not implement");
  const { service } = await serve(open, { sizeInGiB: 1 });
  expect(service!.deployments![0]!.volumeConfigurations).toMatchObject([{ name: "data" }]);
});
