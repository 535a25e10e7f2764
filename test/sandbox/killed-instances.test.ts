// A sandbox that is killed while a group launches: the next one ends what was left running and completes the group.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { afterEach, expect, test } from "vitest";
import { processesWith } from "#sandbox/ground/processes.ts";
import { installsServer, textOf } from "./ec2-clients.ts";

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGTERM"));

async function run(directory: string) {
  const script = new URL("../support/run-sandbox.ts", import.meta.url).pathname;
  child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout! })) {
    const { endpoint, rootCredentials: credentials } = JSON.parse(line);
    const config = { region: "us-east-1", endpoint, credentials };
    return { ec2: new EC2Client(config), autoScaling: new AutoScalingClient(config) };
  }
  throw new Error("the sandbox did not start");
}

type Clients = Awaited<ReturnType<typeof run>>;

async function memberIds({ autoScaling }: Clients): Promise<string[]> {
  const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const inService = AutoScalingGroups![0]!.Instances!.filter((one) => one.LifecycleState === "InService");
  return inService.map((one) => one.InstanceId!).sort();
}

test("a group is complete again after kill -9 in the middle of its launch", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sandbox-"));
  const before = await run(directory);
  const Filters = [{ Name: "architecture", Values: ["x86_64"] }];
  const { Images } = await before.ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], Filters }));
  const LaunchTemplateData = {
    ImageId: Images![0]!.ImageId,
    InstanceType: "t3.micro" as const,
    UserData: installsServer("v1"),
  };
  await before.ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: "web", LaunchTemplateData }));
  await before.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "web",
      LaunchTemplate: { LaunchTemplateName: "web" },
      AvailabilityZones: ["us-east-1a", "us-east-1b"],
      MinSize: 3,
      MaxSize: 3,
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 150));
  child?.kill("SIGKILL");
  await once(child as ChildProcess, "exit");

  const now = await run(directory);
  await expect.poll(() => memberIds(now)).toHaveLength(3);
  const running = [{ Name: "instance-state-name", Values: ["running", "pending"] }];
  const { Reservations } = await now.ec2.send(new DescribeInstancesCommand({ Filters: running }));
  const instances = Reservations!.flatMap((one) => one.Instances!);
  expect(instances.map((one) => one.InstanceId).sort()).toEqual(await memberIds(now));
  for (const { PrivateIpAddress } of instances)
    expect(await textOf(`http://${PrivateIpAddress}:8080/`)).toMatch(/^v1 /);

  child?.kill("SIGTERM");
  await once(child as ChildProcess, "exit");
  expect(processesWith("SANDBOX_DIRECTORY", directory)).toEqual([]);
});
