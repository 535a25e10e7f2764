import { expect, test } from "vitest";
import type { Scaling } from "#core/domain/scaling.ts";
import { functionSeries, functionTracking, isSameTracking, metricOf, trackingOf } from "./tracking.ts";

const PLACE = {
  loadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/tutti/50dc6c495c0c9188",
  targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop-a/943f017f100becff",
  cpu: "ASGAverageCPUUtilization",
};
const tracking = (part: Partial<Scaling>) =>
  trackingOf({ metric: "requestsPerReplica", target: 50, scaleIn: true, ...part }, PLACE);

test("requests per second are those of a minute at the load balancer", () => {
  expect(tracking({})).toEqual({
    PredefinedMetricSpecification: {
      PredefinedMetricType: "ALBRequestCountPerTarget",
      ResourceLabel: "app/tutti/50dc6c495c0c9188/targetgroup/shop-a/943f017f100becff",
    },
    TargetValue: 3000,
    DisableScaleIn: false,
  });
  expect(metricOf(tracking({}))).toEqual({ metric: "requestsPerReplica", target: 50 });
});

test("CPU is the platform's average, a metric of one's own is named with its dimensions", () => {
  expect(metricOf(tracking({ metric: "cpu", target: 60 }))).toEqual({ metric: "cpu", target: 60 });
  const metric = {
    ...{ namespace: "Shop", name: "Backlog", statistic: "Average" as const },
    dimensions: { Queue: "orders" },
  };
  const own = tracking({ metric, scaleIn: false });
  expect(own).toEqual({
    CustomizedMetricSpecification: {
      ...{ Namespace: "Shop", MetricName: "Backlog", Statistic: "Average" },
      Dimensions: [{ Name: "Queue", Value: "orders" }],
    },
    TargetValue: 50,
    DisableScaleIn: true,
  });
  expect(metricOf(own)).toEqual({ metric: "Shop/Backlog", target: 50 });
});

test("tracking is the same whatever AWS tells with it, and is not where one of its words differs", () => {
  const { DisableScaleIn: _told, ...without } = tracking({});
  expect(isSameTracking({ ...without, ...{ Enabled: true } }, tracking({}))).toBe(true);
  expect(isSameTracking(undefined, tracking({}))).toBe(false);
  for (const other of [{ target: 51 }, { scaleIn: false }, { metric: "cpu" as const }])
    expect(isSameTracking(tracking(other), tracking({}))).toBe(false);
});

test("a function is scaled by the share of what is initialised that is in use, which the manifest says in percent", () => {
  const own = functionTracking({
    metric: "provisionedConcurrencyUtilization",
    target: 70,
    scaleIn: true,
  });
  expect(own).toEqual({
    PredefinedMetricSpecification: { PredefinedMetricType: "LambdaProvisionedConcurrencyUtilization" },
    TargetValue: 0.7,
    DisableScaleIn: false,
  });
  expect(metricOf(own)).toEqual({ metric: "provisionedConcurrencyUtilization", target: 70 });
  expect(functionSeries({ metric: "provisionedConcurrencyUtilization" }, "greeter", "7")).toEqual([
    {
      ...{ namespace: "AWS/Lambda", name: "ProvisionedConcurrencyUtilization", statistic: "Average" },
      ...{ dimensions: { FunctionName: "greeter", Resource: "greeter:7" }, times: 100 },
    },
  ]);
});
