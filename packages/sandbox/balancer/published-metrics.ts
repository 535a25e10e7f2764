// What the balancer tells CloudWatch of the time since it was last asked, under the names and dimensions of an ALB (ALB
// user guide, "CloudWatch metrics for your Application Load Balancer"). Counts come only where something was counted,
// host counts only while a group is in use. The dimension AvailabilityZone is left out: there is one zone.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { LiveGroup } from "./live-group.ts";
import type { Counts } from "./metrics.ts";
import { countsOf, groupsInUse, type State } from "./state.ts";

type Dimensions = cloudwatch.Dimension[];

const TOLD = {
  requestCount: "RequestCount",
  target2xx: "HTTPCode_Target_2XX_Count",
  target3xx: "HTTPCode_Target_3XX_Count",
  target4xx: "HTTPCode_Target_4XX_Count",
  target5xx: "HTTPCode_Target_5XX_Count",
  targetConnectionErrorCount: "TargetConnectionErrorCount",
} as const;

type Told = keyof typeof TOLD | "elb5xx";
type Seen = Record<Told, number>;

export function createCollector(state: State): () => cloudwatch.MetricDatum[] {
  const before = new WeakMap<Counts, Seen>();
  return () => {
    const used = groupsInUse(state);
    const ofBalancers = [...state.loadBalancers.keys()].flatMap((arn) => {
      const { counted, data } = take(before, countsOf(state, arn), [ofBalancer(arn)]);
      return [...data, ...count("HTTPCode_ELB_5XX_Count", [ofBalancer(arn)], counted.elb5xx)];
    });
    const ofGroups = [...state.groups.values()].flatMap((group) => {
      // A target group is of one load balancer at most (ALB user guide, "Target groups").
      const [balancer] = used.get(group.settings.arn) ?? [];
      return balancer === undefined ? [] : groupData(before, group, balancer);
    });
    return [...ofBalancers, ...ofGroups];
  };
}

function groupData(before: WeakMap<Counts, Seen>, group: LiveGroup, balancer: string) {
  const own = { Name: "TargetGroup", Value: suffix(group.settings.arn) };
  const dimensions = [own, ofBalancer(balancer)];
  const { counted, data } = take(before, group.counts, dimensions);
  const members = [...group.targets.values()].filter((target) => !target.draining);
  const healthy = members.filter((target) => target.health.state === "healthy").length;
  const hosts = [
    gauge("HealthyHostCount", dimensions, healthy),
    gauge("UnHealthyHostCount", dimensions, members.length - healthy),
  ];
  const share = members.length === 0 ? 0 : counted.requestCount / members.length;
  const perTarget = { MetricName: "RequestCountPerTarget", Value: share, Unit: "Count" as const };
  return [
    ...data,
    ...(members.length > 0 ? hosts : []),
    ...(share > 0 ? [[own], dimensions].map((Dimensions) => ({ ...perTarget, Dimensions })) : []),
  ];
}

/** What was counted since the last time, and what there is to tell of it. */
function take(before: WeakMap<Counts, Seen>, counts: Counts, dimensions: Dimensions) {
  const { requestCount, target2xx, target3xx, target4xx, target5xx, targetConnectionErrorCount, elb5xx } =
    counts;
  const now: Seen = {
    ...{ requestCount, target2xx, target3xx, target4xx, target5xx },
    ...{ targetConnectionErrorCount, elb5xx },
  };
  const last = before.get(counts);
  before.set(counts, now);
  const counted = Object.fromEntries(
    Object.entries(now).map(([key, value]) => [key, value - (last?.[key as Told] ?? 0)]),
  ) as Seen;
  const data = Object.entries(TOLD).flatMap(([key, name]) =>
    count(name, dimensions, counted[key as keyof typeof TOLD]),
  );
  return { counted, data: [...data, ...responseTimes(counts, dimensions)] };
}

/** Each request counts one, so that Minimum, Maximum and Average are 1 as on AWS. */
function count(MetricName: string, Dimensions: Dimensions, times: number): cloudwatch.MetricDatum[] {
  if (times === 0) return [];
  const StatisticValues = { SampleCount: times, Sum: times, Minimum: 1, Maximum: 1 };
  return [{ MetricName, Dimensions, Unit: "Count", StatisticValues }];
}

function gauge(MetricName: string, Dimensions: Dimensions, Value: number): cloudwatch.MetricDatum {
  return { MetricName, Dimensions, Unit: "Count", Value };
}

function responseTimes({ responseSeconds }: Counts, Dimensions: Dimensions): cloudwatch.MetricDatum[] {
  if (responseSeconds.size === 0) return [];
  const Values = [...responseSeconds.keys()];
  const Counts = [...responseSeconds.values()];
  responseSeconds.clear();
  return [{ MetricName: "TargetResponseTime", Dimensions, Unit: "Seconds", Values, Counts }];
}

function ofBalancer(arn: string): cloudwatch.Dimension {
  return { Name: "LoadBalancer", Value: suffix(arn).replace(/^loadbalancer\//, "") };
}

/** The end of an ARN as dimensions name it: `targetgroup/name/id`, and of a balancer `app/name/id`. */
function suffix(arn: string): string {
  return arn.split(":").slice(5).join(":");
}
