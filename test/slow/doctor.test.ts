// `tutti doctor` on a house in which things are broken on purpose: each is named by its setting, with what to do; and where all is well it
// says so. The drivers look with their own permissions, through the API, as on AWS.
import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Io } from "#cli/io.ts";
import { run } from "#cli/run.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { makeDomain } from "#test/support/its-domain.ts";
import { ownerOf } from "#test/support/owner.ts";

const ACCOUNT = "000000000000";
const ROLE = `arn:aws:iam::${ACCOUNT}:role`;
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7bTXkBtKwFpJ7lYgQpSjIsTlB2rk5s1FqnUIqLqkfA";
const TAKEN_PORT = 8990;

let house: TestHouse;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.clear());

const pool = (keySecret: string) => ({
  ssh: { hosts: [{ address: "127.0.0.1", user: "tutti", hostKey: KEY }], keySecret },
});

async function brokenSettings() {
  const owner = () => ownerOf(house);
  const elb = new ElasticLoadBalancingV2Client(owner());
  const iam = new IAMClient(owner());
  await new SecretsManagerClient(owner()).send(
    new CreateSecretCommand({ Name: "pools/odd", SecretString: "no key at all" }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: "for-somebody-else",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "batch.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    }),
  );
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const arn = LoadBalancers![0]!.LoadBalancerArn!;
  await occupy(elb, arn);
  return {
    pools: {
      ghosts: { ssm: { tags: { pool: "ghosts" } } },
      keyless: pool("pools/none"),
      odd: pool("pools/odd"),
    },
    loadBalancer: { arn, ports: { from: TAKEN_PORT, to: TAKEN_PORT }, vpcId: "vpc-another" },
    network: { subnetIds: ["subnet-none"], securityGroupIds: ["sg-none"] },
    vm: { baseImageId: "ami-none" },
    cluster: {
      arn: `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/none`,
      executionRoleArn: `${ROLE}/none`,
      taskRoleArn: `${ROLE}/for-somebody-else`,
    },
    functionRoleArn: `${ROLE}/platform-functions`,
  };
}

async function occupy(elb: ElasticLoadBalancingV2Client, LoadBalancerArn: string): Promise<void> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: "theirs",
      Protocol: "HTTP",
      Port: 80,
      VpcId: "vpc-sandbox",
      TargetType: "ip",
    }),
  );
  const { TargetGroupArn } = TargetGroups![0]!;
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }];
  await elb.send(
    new CreateListenerCommand({ LoadBalancerArn, Protocol: "HTTP", Port: TAKEN_PORT, DefaultActions }),
  );
}

/** Each broken thing: where it is named, what is said of it, and what to do. */
const BROKEN: [path: string, detail: RegExp, mend: RegExp][] = [
  ["pools.ghosts.ssm.tags", /^No managed instance has these tags\.$/, /^Tag the hosts/],
  ["pools.keyless.ssh.keySecret", /ResourceNotFound/, /^Put the private key/],
  ["pools.odd.ssh.keySecret", /^The secret pools\/odd is no private key\.$/, /^Put the private key/],
  ["loadBalancer.vpcId", /is in vpc-sandbox, not in vpc-another\.$/, /^Name the VPC/],
  ["loadBalancer.ports", /^All ports from 8990 to 8990 have a listener/, /^Give a wider range/],
  ["network.subnetIds.0", /InvalidSubnetID\.NotFound/, /^Name a subnet/],
  ["network.securityGroupIds.0", /InvalidGroup\.NotFound/, /^Name a security group/],
  ["vm.baseImageId", /ami-none/, /^Name an image/],
  ["cluster.arn", /^There is no cluster /, /^Name an ECS cluster/],
  ["cluster.executionRoleArn", /NoSuchEntity/, /^Make the role .*\/none, .*ecs-tasks/],
  [
    "cluster.taskRoleArn",
    /may be assumed by batch\.amazonaws\.com, not by ecs-tasks/,
    /ecs-tasks\.amazonaws\.com/,
  ],
  ["functionRoleArn", /no role but those named tutti-app-/, /begins with tutti-app-/],
];

test("twelve things that are broken on purpose are named, each with what to do, and nothing else is", async () => {
  await house.client.environments.put("broken", await brokenSettings());
  const { ok, checks } = await house.client.environments.doctor("broken");
  expect(ok).toBe(false);
  const wrong = checks.filter((one) => !one.ok);
  expect(wrong.map((one) => one.path).sort()).toEqual(BROKEN.map(([path]) => path).sort());
  for (const [path, detail, mend] of BROKEN) {
    const found = wrong.find((one) => one.path === path)!;
    expect(found.detail, path).toMatch(detail);
    expect(found.mend, path).toMatch(mend);
  }
  const secret = JSON.stringify(checks);
  expect(secret).not.toContain("no key at all");
});

test("a domain is looked at as its callers meet it: listener, certificate, record", async () => {
  const owner = ownerOf(house);
  const elb = new ElasticLoadBalancingV2Client(owner);
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { LoadBalancerArn: arn, DNSName: address } = LoadBalancers![0]!;
  const made = await makeDomain({ elb, iam: new IAMClient(owner) }, { arn: arn!, address: address! });
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn }));
  const plain = Listeners!.find(({ Protocol }) => Protocol === "HTTP")!.ListenerArn!;
  const balancer = { arn: arn!, ports: { from: 8100, to: 8199 }, vpcId: "vpc-sandbox" };
  const ask = async (domain: { name: string; listenerArn: string }) => {
    await house.client.environments.put("named", { pools: {}, loadBalancer: balancer, domain });
    const { checks } = await house.client.environments.doctor("named");
    return Object.fromEntries(
      checks
        .filter(({ path }) => path.startsWith("domain."))
        .map(({ path, ok, detail }) => [path, [ok, detail]]),
    );
  };
  // Names have no records in the sandbox, so that one is always missed.
  expect(await ask(made.domain)).toEqual({
    "domain.listenerArn": [
      true,
      expect.stringMatching(/^Its certificate names DNS:\*\.apps\.example\.test, until /),
    ],
    "domain.name": [false, expect.stringMatching(/^tutti-doctor\.apps\.example\.test has no address: /)],
  });
  expect(await ask({ ...made.domain, name: "other.example.test" })).toMatchObject({
    "domain.listenerArn": [
      false,
      "Its certificate is not for tutti-doctor.other.example.test: it names DNS:*.apps.example.test.",
    ],
  });
  expect(await ask({ ...made.domain, listenerArn: plain })).toMatchObject({
    "domain.listenerArn": [false, "It speaks HTTP, not HTTPS."],
  });
  expect(await ask({ ...made.domain, listenerArn: `${made.domain.listenerArn}0` })).toMatchObject({
    "domain.listenerArn": [false, expect.stringMatching(/has no listener/)],
  });
});

async function tutti(...args: string[]) {
  let out = "";
  const code = await run(args, {
    out: (text: string) => {
      out += text;
    },
    err: () => {},
    input: async () => "",
    env: { TUTTI_URL: house.apiUrl, TUTTI_TOKEN: house.token },
    cwd: "/",
    terminal: false,
    color: false,
    columns: () => 100,
    rows: () => 30,
    now: Date.now,
  } as Io);
  return { code, out };
}

test("the command line says the same and ends with 1; where all is well it ends with 0", async () => {
  const dev = (await house.client.environments.list()).items.find(({ name }) => name === "dev")!;
  const { name, updatedAt, ...settings } = dev;
  await house.client.environments.put("dev", {
    ...settings,
    vm: { ...settings.vm!, baseImageId: "ami-none" },
  });
  const broken = await tutti("doctor", "dev");
  expect(broken.out).toContain("✗ vm.baseImageId: ");
  expect(broken.out).toMatch(/dev: 1 of \d+ checks found something wrong\n$/);
  expect(broken.code).toBe(1);
  const well = await tutti("doctor", "prod");
  expect(well.out).toMatch(/prod: all well\n$/);
  expect(well.code).toBe(0);
  expect((await tutti("doctor", "nowhere")).code).toBe(2);
});

test("a permission that a driver lacks is named by its action, and a driver that cannot look at all by its kind", async () => {
  const lacking = async (short: string, action: string, work: () => Promise<void>) => {
    const iam = new IAMClient(ownerOf(house));
    const about = { RoleName: `tutti-${short}`, PolicyName: "grants" };
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(about));
    const whole = decodeURIComponent(PolicyDocument!);
    const put = (document: string) =>
      iam.send(new PutRolePolicyCommand({ ...about, PolicyDocument: document }));
    await put(whole.replaceAll(`"${action}"`, `"${action}Not"`));
    await work().finally(() => put(whole));
  };
  const wrongIn = async () =>
    (await house.client.environments.doctor("prod")).checks.filter((one) => !one.ok);
  await lacking("driver-container", "ecs:DescribeClusters", async () => {
    expect(await wrongIn()).toEqual([
      {
        path: "cluster.arn",
        kinds: ["container"],
        ok: false,
        detail: expect.stringContaining("ecs:DescribeClusters was denied"),
        mend: expect.stringContaining("lacks this permission"),
      },
    ]);
  });
  await lacking("driver-server", "dynamodb:GetItem", async () => {
    expect((await wrongIn()).map((one) => [one.path, one.kinds])).toEqual([["drivers.server", ["server"]]]);
  });
  expect(await wrongIn()).toEqual([]);
});
