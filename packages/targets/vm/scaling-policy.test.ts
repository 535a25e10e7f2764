import { expect, test } from "vitest";
import type { Scaling } from "#core/domain/scaling.ts";
import { isAsWished, liveMetric, wishOf } from "./scaling-policy.ts";

const BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/tutti/50dc6c495c0c9188";
const GROUP = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop-a/943f017f100becff";
const scaling = (part: Partial<Scaling>): Scaling => ({
  ...{ min: 2, max: 10, metric: "requestsPerReplica", target: 50, warmupSeconds: 120, scaleIn: true },
  ...part,
});
const policyOf = (part: Partial<Scaling>) => wishOf(scaling(part), BALANCER, GROUP);

test("requests per second are those of a minute at the load balancer", () => {
  expect(policyOf({})).toEqual({
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: {
        PredefinedMetricType: "ALBRequestCountPerTarget",
        ResourceLabel: "app/tutti/50dc6c495c0c9188/targetgroup/shop-a/943f017f100becff",
      },
      TargetValue: 3000,
      DisableScaleIn: false,
    },
    EstimatedInstanceWarmup: 120,
  });
  expect(liveMetric(policyOf({}))).toEqual({ metric: "requestsPerReplica", target: 50 });
});

test("CPU is the group's average, a metric of one's own is named with its dimensions", () => {
  expect(liveMetric(policyOf({ metric: "cpu", target: 60 }))).toEqual({ metric: "cpu", target: 60 });
  const metric = {
    ...{ namespace: "Shop", name: "Backlog", statistic: "Average" as const },
    dimensions: { Queue: "orders" },
  };
  const own = policyOf({ metric, scaleIn: false });
  expect(own.TargetTrackingConfiguration).toEqual({
    CustomizedMetricSpecification: {
      ...{ Namespace: "Shop", MetricName: "Backlog", Statistic: "Average" },
      Dimensions: [{ Name: "Queue", Value: "orders" }],
    },
    TargetValue: 50,
    DisableScaleIn: true,
  });
  expect(liveMetric(own)).toEqual({ metric: "Shop/Backlog", target: 50 });
});

test("a policy is as wished whatever AWS tells with it, and is not where one of its words differs", () => {
  const wish = policyOf({});
  expect(isAsWished({ ...wish, PolicyARN: "arn", Alarms: [] }, wish)).toBe(true);
  expect(isAsWished({ ...wish, Enabled: false }, wish)).toBe(false);
  for (const other of [{ target: 51 }, { warmupSeconds: 60 }, { scaleIn: false }, { metric: "cpu" as const }])
    expect(isAsWished(policyOf(other), wish)).toBe(false);
});
