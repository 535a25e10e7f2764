// Which grants an installation needs: journeys through all that it does, on the whole house, and the sandbox's IAM tells which statement
// let each call. What was used cannot be taken away without a call being denied; what was not is named below with who asks for it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { blueprint } from "#infra/blueprint.ts";
import { DOINGS, schedules } from "#test/support/journey/doings.ts";
import { deniedIn, grantsIn, usedIn } from "#test/support/journey/grants-used.ts";
import { type Journey, openJourney } from "#test/support/journey/journey.ts";
import { liveAndDie, liveOnHosts } from "#test/support/journey/kinds.ts";
import { comeTwice } from "#test/support/journey/triggers.ts";

const plan = blueprint({ name: "tutti", account: "000000000000", region: "us-east-1" }, "0".repeat(64));

/** Grants that no journey uses, as `role action resource`, each with who asks for it. */
const NOT_HERE: [grants: RegExp, why: string][] = [
  [
    / (logs|xray):/,
    "Lambda and Step Functions themselves, on AWS: the sandbox keeps logs and traces without asking",
  ],
  [
    /^driver-\w+ secretsmanager:\w+ secret:tutti\/(identity|authority)/,
    "apps that ask who calls: test/slow/identity.test.ts",
  ],
  [
    /^driver-\w+ dynamodb:Query table\/tutti$/,
    "more than 50 copies in a step: test/workflows/shards.test.ts",
  ],
  [
    /^driver-server ssm:SendCommand instance/,
    "EC2 instances in a pool: the sandbox's pools are managed instances",
  ],
  [
    /^driver-(vm elasticloadbalancing:RegisterTargets|container ecs:StopTask)/,
    "copies that answer worse than the others: test/slow/ills.test.ts",
  ],
  [
    /^driver-vm (autoscaling:SetInstanceHealth|ssm:)/,
    "first aid, and an instance that it does not mend: test/slow/vm-repairs.test.ts",
  ],
  [
    /^driver-vm (ec2:TerminateInstances|states:StopExecution)/,
    "bakes that are left: test/slow/bakes.test.ts",
  ],
  [
    /^driver-vm ec2:DeleteLaunchTemplateVersions/,
    "more releases than are kept: test/slow/vm-versions.test.ts",
  ],
  [
    /^driver-vm ec2:DescribeInstanceType(s|Offerings)/,
    "resources that choose a type: test/contract/vm-sizes.test.ts",
  ],
  [
    /^driver-container iam:PassRole .*iam:PassedToService=ecs\.amazonaws\.com/,
    "a disk of each task's own: test/contract/container.test.ts",
  ],
  [/^api codebuild:StopBuild/, "an app that goes while its image is built: test/slow/image-builds.test.ts"],
  [/ cloudwatch:GetMetricData/, "what scaling follows: test/slow/scaling.test.ts"],
  [
    / (elasticfilesystem:|ec2:DeleteVolume|ec2:DescribeVpcs)/,
    "disks and shared volumes: test/contract, test/slow",
  ],
  [
    /^app-function ec2:/,
    "Lambda, as the role of a function that goes into a network: test/sandbox/efs.test.ts",
  ],
  [/^driver-function ec2:Describe/, "the network of a function that mounts a file system: the same"],
  [
    /^(events-sweep states:(StartExecution stateMachine|DescribeExecution execution):tutti-heal|(events-sweep|heal) lambda:InvokeFunction)/,
    "what the scheduled healing mends, by kind: test/slow/healing.test.ts",
  ],
  [/ (servicediscovery|route53):/, "environments that name a namespace of Cloud Map: test/contract"],
  [/ elasticloadbalancing:(\w+Rules?) /, "environments that have a domain: test/contract/domain.test.ts"],
  [/^driver-vm elasticloadbalancing:ModifyListener/, "blue and green: test/contract/vm.test.ts"],
  [/^driver-container ecs:\w+ContainerInstances/, "where no host has room: test/contract/container.test.ts"],
  [
    /^driver-container iam:CreateServiceLinkedRole/,
    "the first service that an account scales: the sandbox has no such roles",
  ],
  [
    /^driver-function (iam:CreateServiceLinkedRole|application-autoscaling|lambda:\w+Concurrency\w*|cloudwatch:(PutMetric|DeleteAlarms))/,
    "copies kept warm: test/contract/function.test.ts",
  ],
  [/^driver-vm ec2:(Describe|Create|Attach)(Volumes?|Snapshots?)/, "disks of its own: test/contract"],
  [/^driver-vm ec2:CreateTags (volume|instance|snapshot)\/\*/, "the same"],
  [/^(rollout|trains) states:StartExecution/, "a history near its end of 25,000 events: test/workflows"],
  [
    /^image-build (s3:Get|ecr:(BatchGetImage|GetDownloadUrlForLayer))/,
    "what CodeBuild reads for itself on AWS: the sandbox reads its own disk",
  ],
];

let journey: Journey;
beforeAll(async () => {
  journey = await openJourney();
});
afterAll(() => journey?.close());

test("journeys through all that an installation does come to their ends", async () => {
  const all = [
    ...(["server", "vm", "container", "function"] as const).map((kind) => liveAndDie(journey, kind)),
    liveOnHosts(journey),
  ];
  // Two waves: all at once would be too much for a small machine.
  const more = () => [
    ...(["artifact", "image", "deploy"] as const).map((trigger) => comeTwice(journey, trigger)),
    comeTwice(journey, "schedule").then(() => schedules(journey)),
    ...Object.values(DOINGS).map((doing) => doing(journey)),
  ];
  const outcomes = [...(await Promise.allSettled(all)), ...(await Promise.allSettled(more()))];
  const failed = outcomes.filter((one) => one.status === "rejected");
  expect(failed.map(({ reason }) => String((reason as Error).stack))).toEqual([]);
});

test("they used every grant, but for those that are named with who asks for them", () => {
  const used = usedIn(plan, journey.house.sandbox);
  const unused = grantsIn(plan).filter((grant) => !used.has(grant));
  expect(unused.filter((grant) => !NOT_HERE.some(([named]) => named.test(grant)))).toEqual([]);
  // A line that names nothing any more is to go.
  for (const [named] of NOT_HERE)
    expect(
      unused.filter((grant) => named.test(grant)),
      String(named),
    ).not.toEqual([]);
});

test("nothing was denied but what a journey took away itself", () => {
  const byJourneys = /(events:PutEvents|states:SendTaskSuccess|events-schedule: dynamodb:PutItem) ?(on )?/;
  expect(deniedIn(plan, journey.house.sandbox).filter((one) => !byJourneys.test(one))).toEqual([]);
});
