import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { ECRClient, GetLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { LIFECYCLE_POLICY } from "#core/domain/kept-image.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { createContainer } from "./container.ts";
import { notes } from "./notes.ts";

const region = "eu-west-1";
const ecr = new ECRClient({ region });
const container = createContainer({
  ecs: new ECSClient({ region }),
  ecr,
  discovery: async () => Promise.reject(new Error("no environment here names a namespace")),
  efs: async () => new EFSClient({ region }),
  scaling: new ApplicationAutoScalingClient({}),
  elb: new ElasticLoadBalancingV2Client({ region }),
  namePrefix: "tutti-app-",
  secretArn: async () => null,
});
const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/shop@sha256:${"a".repeat(64)}`;
const named = (name: string) => Object.assign(new Error(name), { name });

/** What the load balancer takes as it is, so that nothing is to be said of it. */
const LEGAL = {
  path: "/",
  intervalSeconds: 5,
  timeoutSeconds: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

async function noted(overrides: Partial<Spec> = {}, image = IMAGE): Promise<string[]> {
  const health = { ...LEGAL, graceSeconds: 30 };
  const spec = aSpec({
    kind: "container",
    health,
    rollout: aRollout({ maxSurge: 1, drainSeconds: 10 }),
    ...overrides,
  });
  const release = async () => ({ artifact: { image } });
  const target = { spec, environment: { name: "prod" }, release } as unknown as TargetContext;
  return notes(container, target, "v2");
}

function rules(type: "expire" | "transition") {
  const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, action: { type } }] });
  return mockClient(ecr).on(GetLifecyclePolicyCommand).resolves({ lifecyclePolicyText });
}

test("an image of another region is told: each copy fetches it from there, and nobody looks at its rules from here", async () => {
  const mock = rules("expire");
  expect(await noted({}, IMAGE.replace("eu-west-1", "us-east-1"))).toEqual([
    "artifact.image: team/shop is in us-east-1, and copies run in eu-west-1: each fetches the image from there, and nobody looked at its lifecycle rules.",
  ]);
  expect(mock.calls()).toEqual([]);
});

test("rules that expire images are warned of, by the repository's name and its registry", async () => {
  const mock = rules("expire");
  expect(await noted()).toEqual([
    "artifact.image: the lifecycle rules of team/shop expire images: one that v2 or an earlier release names may be gone when it is needed.",
  ]);
  expect(mock.commandCalls(GetLifecyclePolicyCommand)[0]!.args[0].input).toEqual({
    repositoryName: "team/shop",
    registryId: "123456789012",
  });
});

test("the rules that Tutti gives its own repositories are no matter: they leave what a release names", async () => {
  mockClient(ecr).on(GetLifecyclePolicyCommand).resolves({ lifecyclePolicyText: LIFECYCLE_POLICY });
  expect(await noted()).toEqual([]);
});

test("no rules, rules that expire nothing, and other registries are no matter", async () => {
  rules("transition");
  expect(await noted()).toEqual([]);
  const mock = mockClient(ecr)
    .on(GetLifecyclePolicyCommand)
    .rejects(named("LifecyclePolicyNotFoundException"));
  expect(await noted()).toEqual([]);
  mock.resetHistory();
  expect(await noted({}, "docker.io/library/node@sha256:1")).toEqual([]);
  expect(mock.calls()).toHaveLength(0);
});

test("rules that nobody may look at are told, and hinder nothing", async () => {
  mockClient(ecr).on(GetLifecyclePolicyCommand).rejects(named("AccessDeniedException"));
  expect(await noted()).toEqual([
    expect.stringContaining("nobody could look at the lifecycle rules of team/shop"),
  ]);
});

test("fractions of a second, and shares of more than a hundred copies, are told as ECS takes them", async () => {
  rules("transition");
  expect(await noted({ health: { ...LEGAL, graceSeconds: 0.5 } })).toEqual([
    "health.graceSeconds: ECS gives a copy 1 s, the nearest it allows to 0.5.",
  ]);
  expect(
    await noted({ replicas: 250, rollout: aRollout({ batch: "100%", maxSurge: 1, drainSeconds: 10 }) }),
  ).toEqual(["rollout: ECS moves tasks within 100 and 101 % of 250, at most 2 more at once."]);
});
