// A sandbox with the SDK clients of what instances live on, for tests of EC2 and Auto Scaling.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { expect } from "vitest";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";

export type InstanceHouse = Awaited<ReturnType<typeof instanceHouse>>;

export async function instanceHouse(directory = mkdtempSync(join(tmpdir(), "instances-"))) {
  const log: string[] = [];
  const sandbox: Sandbox = await startSandbox({
    directory,
    port: 0,
    timeScale: 1,
    log: (line) => log.push(line),
  });
  const config = { region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.rootCredentials };
  const ec2 = new EC2Client({ ...config, maxAttempts: 1 });
  return {
    directory,
    sandbox,
    log,
    config,
    ec2,
    autoScaling: new AutoScalingClient({ ...config, maxAttempts: 1 }),
    elb: new ElasticLoadBalancingV2Client({ ...config, maxAttempts: 1 }),
    ssm: new SSMClient({ ...config, maxAttempts: 1 }),
    async baseImage(): Promise<string> {
      const Filters = [{ Name: "name", Values: ["al2023-ami-*-x86_64"] }];
      const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], Filters }));
      return Images![0]!.ImageId!;
    },
    async run(input: Partial<RunInstancesCommandInput>): Promise<string> {
      const counts = { MinCount: 1, MaxCount: 1 };
      const { Instances } = await ec2.send(new RunInstancesCommand({ ...counts, ...input }));
      return Instances![0]!.InstanceId!;
    },
    async instance(id: string): Promise<Instance> {
      const found = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return found.Reservations![0]!.Instances![0]!;
    },
    /** Resolves with the instance as soon as it is in the state. */
    async until(id: string, state: string): Promise<Instance> {
      for (;;) {
        const instance = await this.instance(id);
        if (instance.State?.Name === state) return instance;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    /** The settings of a client that acts as a new role with these statements. */
    async as(name: string, Statement: object[]) {
      const iam = new IAMClient(config);
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "all", PolicyDocument }));
      return { ...config, maxAttempts: 1, credentials: sandbox.platform.credentialsOf(Role!.Arn!) };
    },
    stop: () => sandbox.stop(),
  };
}

/** For what becomes so in its own time, on a machine that may be busy. */
export const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { interval: 10 });

export const base64 = (text: string) => Buffer.from(text).toString("base64");

/** User data that installs a server as a unit, enables it and starts it; it answers its version and process, after a while. */
export const installsServer = (version: string, port = 8080, milliseconds = 0) =>
  base64(`#!/bin/sh
cat > app.cjs <<'APP'
const answer = (q, s) => setTimeout(() => s.end(${JSON.stringify(version)} + " " + process.pid), ${milliseconds});
require("node:http").createServer(answer).listen(${port});
APP
mkdir -p etc/systemd/system
cat > etc/systemd/system/app.service <<UNIT
[Service]
ExecStart=/usr/bin/env node app.cjs
WorkingDirectory=$PWD
Restart=always
RestartSec=100ms
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now app 2>/dev/null
echo installed ${version}
`);

/** The answer's text, as soon as there is one. */
export async function textOf(url: string): Promise<string> {
  for (const end = Date.now() + 60_000; ; ) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
