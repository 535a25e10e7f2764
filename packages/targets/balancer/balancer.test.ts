import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { createBalancer } from "./balancer.ts";
import { targetGroupName } from "./target-group.ts";
import { balancerNotes, nearestLegal } from "./target-health.ts";

const elb = new ElasticLoadBalancingV2Client({ region: "us-east-1" });
const loadBalancer = { arn: "lb", vpcId: "vpc-1", ports: { from: 8000, to: 8002 } };
const { health } = aSpec();
const wish = { app: "shop", environment: "prod", loadBalancer, port: 8080, health, drainSeconds: 10 };
const named = (name: string) => Object.assign(new Error(name), { name });

function aCleanBalancer() {
  const mock = mockClient(elb);
  mock.on(DescribeTargetGroupsCommand).rejects(named("TargetGroupNotFoundException"));
  mock.on(CreateTargetGroupCommand).resolves({ TargetGroups: [{ TargetGroupArn: "tg" }] });
  mock.on(DescribeTargetGroupAttributesCommand).resolves({ Attributes: [] });
  mock.on(DescribeListenersCommand).resolves({ Listeners: [{ Port: 8000, DefaultActions: [] }] });
  return mock;
}

test("a first ensure makes the target group, its delay and a listener on a free port", async () => {
  const mock = aCleanBalancer();
  mock.on(CreateListenerCommand).resolves({});
  expect(await createBalancer(elb).ensure(wish)).toBe("tg");
  expect(mock.commandCalls(CreateTargetGroupCommand)[0]!.args[0].input).toMatchObject({
    Name: "tutti-shop-prod",
    TargetType: "ip",
    HealthCheckPath: "/healthz",
    HealthCheckIntervalSeconds: 5,
  });
  expect(mock.commandCalls(ModifyTargetGroupAttributesCommand)[0]!.args[0].input.Attributes).toEqual([
    { Key: "deregistration_delay.timeout_seconds", Value: "10" },
  ]);
  expect(mock.commandCalls(CreateListenerCommand).map((call) => call.args[0].input.Port)).toEqual([8001]);
});

test("a port that another target took in between is left to it", async () => {
  const mock = aCleanBalancer();
  mock.on(CreateListenerCommand).rejectsOnce(named("DuplicateListenerException")).resolves({});
  await createBalancer(elb).ensure(wish);
  expect(mock.commandCalls(CreateListenerCommand).map((call) => call.args[0].input.Port)).toEqual([
    8001, 8002,
  ]);
});

test("a load balancer without a free port is told as such", async () => {
  const mock = aCleanBalancer();
  mock.on(CreateListenerCommand).rejects(named("DuplicateListenerException"));
  await expect(createBalancer(elb).ensure(wish)).rejects.toMatchObject({ code: "capacity_exceeded" });
});

test("what is as it should be is read and left alone", async () => {
  const mock = mockClient(elb);
  const legal = nearestLegal(health);
  mock.on(DescribeTargetGroupsCommand).resolves({
    TargetGroups: [
      {
        TargetGroupArn: "tg",
        LoadBalancerArns: ["lb"],
        HealthCheckPath: legal.path,
        HealthCheckIntervalSeconds: legal.intervalSeconds,
        HealthCheckTimeoutSeconds: legal.timeoutSeconds,
        HealthyThresholdCount: legal.healthyThreshold,
        UnhealthyThresholdCount: legal.unhealthyThreshold,
        Matcher: { HttpCode: "200-299" },
      },
    ],
  });
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "10" }];
  mock.on(DescribeTargetGroupAttributesCommand).resolves({ Attributes });
  await createBalancer(elb).ensure(wish);
  expect(mock.calls()).toHaveLength(2);
  await createBalancer(elb).ensure({ ...wish, health: { ...health, path: "/other" } });
  expect(mock.commandCalls(ModifyTargetGroupCommand)[0]!.args[0].input).toMatchObject({
    HealthCheckPath: "/other",
  });
});

test("names fit, and no two targets share one", () => {
  expect(targetGroupName({ app: "shop", environment: "prod" })).toBe("tutti-shop-prod");
  const names = [
    targetGroupName({ app: "a-b", environment: "c" }),
    targetGroupName({ app: "a", environment: "b-c" }),
    targetGroupName({ app: "a-very-long-name-of-an-app-1", environment: "prod" }),
    targetGroupName({ app: "a-very-long-name-of-an-app-2", environment: "prod" }),
  ];
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/);
});

test("the dry run says where the load balancer is coarser than the manifest", () => {
  const fine = {
    ...health,
    intervalSeconds: 0.2,
    timeoutSeconds: 10,
    healthyThreshold: 1,
    unhealthyThreshold: 3,
  };
  expect(nearestLegal(fine)).toEqual({
    path: "/healthz",
    intervalSeconds: 5,
    timeoutSeconds: 4,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  });
  expect(balancerNotes(fine, 0.5)).toEqual([
    "health.intervalSeconds: the load balancer checks with 5, the nearest it allows to 0.2.",
    "health.timeoutSeconds: the load balancer checks with 4, the nearest it allows to 10.",
    "health.healthyThreshold: the load balancer checks with 2, the nearest it allows to 1.",
    "rollout.drainSeconds: the load balancer waits 1 s, the nearest it allows to 0.5.",
  ]);
});

const groups: Record<string, string> = {
  [targetGroupName({ app: "shop", environment: "prod" })]: "tg-a",
  [targetGroupName({ app: "shop", environment: "prod", side: "b" })]: "tg-b",
};

/** Two sides behind one listener, whose weights are kept as the load balancer keeps them. */
function twoSides(healthy: string[], weights: Record<string, number>) {
  const mock = mockClient(elb);
  const state = { weights };
  const actions = () => [
    {
      Type: "forward" as const,
      ForwardConfig: {
        TargetGroups: Object.entries(state.weights).map(([TargetGroupArn, Weight]) => ({
          TargetGroupArn,
          Weight,
        })),
      },
    },
  ];
  mock.on(DescribeTargetGroupsCommand).callsFake(({ Names }) => ({
    TargetGroups: [{ TargetGroupArn: groups[Names[0]] }],
  }));
  mock.on(DescribeListenersCommand).callsFake(() => ({
    Listeners: [{ ListenerArn: "listener", Port: 8000, DefaultActions: actions() }],
  }));
  mock.on(ModifyListenerCommand).callsFake(({ DefaultActions }) => {
    const { TargetGroups } = DefaultActions[0].ForwardConfig;
    state.weights = Object.fromEntries(
      TargetGroups.map((one: { TargetGroupArn: string; Weight: number }) => [one.TargetGroupArn, one.Weight]),
    );
    return {};
  });
  mock.on(DescribeTargetHealthCommand).callsFake(({ TargetGroupArn }) => ({
    TargetHealthDescriptions: [
      {
        Target: { Id: "10.0.0.1", Port: 8080 },
        TargetHealth: { State: healthy.includes(TargetGroupArn) ? "healthy" : "initial" },
      },
    ],
  }));
  return { mock, state, balancer: createBalancer(elb) };
}

const who = { app: "shop", environment: "prod", loadBalancer };

test("traffic is shifted between two sides, and what is answered was read back", async () => {
  const { state, balancer } = twoSides(["tg-a", "tg-b"], { "tg-a": 1, "tg-b": 0 });
  expect(await balancer.weights(who)).toEqual({ a: 100, b: 0 });
  expect(await balancer.shift(who, { a: 90, b: 10 })).toEqual({ weights: { a: 90, b: 10 }, refused: null });
  expect(state.weights).toEqual({ "tg-a": 90, "tg-b": 10 });
});

test("a healthy target that is anomalous is told as such; one that is not healthy has a plainer fault", async () => {
  const { mock, balancer } = twoSides([], {});
  const anomalous = (Id: string, State: "healthy" | "unhealthy") => ({
    Target: { Id, Port: 8080 },
    TargetHealth: { State, ...(State === "healthy" ? {} : { Description: "codes: [500]" }) },
    AnomalyDetection: { Result: "anomalous" as const, MitigationInEffect: "no" as const },
  });
  mock.on(DescribeTargetHealthCommand, { Include: ["AnomalyDetection"] }).resolves({
    TargetHealthDescriptions: [anomalous("10.0.0.1", "healthy"), anomalous("10.0.0.2", "unhealthy")],
  });
  expect(await balancer.health("tg-a")).toEqual([
    {
      address: "10.0.0.1",
      port: 8080,
      state: "healthy",
      detail: "it answers requests worse than the other copies do (anomalous)",
      anomalous: true,
    },
    { address: "10.0.0.2", port: 8080, state: "unhealthy", detail: "codes: [500]" },
  ]);
});

test("a shift that is made already changes nothing", async () => {
  const { mock, balancer } = twoSides(["tg-a", "tg-b"], { "tg-a": 0, "tg-b": 100 });
  expect(await balancer.shift(who, { b: 100 })).toEqual({ weights: { a: 0, b: 100 }, refused: null });
  expect(mock.commandCalls(ModifyListenerCommand)).toHaveLength(0);
});

test("no traffic goes toward a side without a healthy target", async () => {
  const { mock, balancer } = twoSides(["tg-a"], { "tg-a": 100, "tg-b": 0 });
  expect(await balancer.shift(who, { a: 50, b: 50 })).toEqual({
    weights: { a: 100, b: 0 },
    refused: "side b has no healthy target",
  });
  expect(mock.commandCalls(ModifyListenerCommand)).toHaveLength(0);
});

test("a side leaves the listener before its group is deleted, and not while it has traffic", async () => {
  const { mock, state, balancer } = twoSides(["tg-a", "tg-b"], { "tg-a": 0, "tg-b": 100 });
  await expect(balancer.removeSide(who, "b")).rejects.toMatchObject({ code: "conflict" });
  await balancer.removeSide(who, "a");
  expect(state.weights).toEqual({ "tg-b": 100 });
  expect(mock.commandCalls(DeleteTargetGroupCommand)[0]!.args[0].input).toEqual({ TargetGroupArn: "tg-a" });
});

test("a second side joins the listener of the first one at weight 0", async () => {
  const { mock, state, balancer } = twoSides(["tg-a"], { "tg-a": 100 });
  mock.on(DescribeTargetGroupAttributesCommand).resolves({ Attributes: [] });
  await balancer.ensure({ ...wish, side: "b" });
  expect(state.weights).toEqual({ "tg-a": 100, "tg-b": 0 });
  expect(mock.commandCalls(CreateListenerCommand)).toHaveLength(0);
});
