// What scaling of servers is and where its metric stands: no platform chooses the count of copies on hosts, so Tutti does. Pure.
import { type LiveScaling, metricName, type Series, scalingNote } from "#core/domain/scaling.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import { trackedSeries } from "#targets/scaling/tracking.ts";
import type { Host } from "./hosts.ts";

type Place = { targetGroupArn: string | null; hosts: Pick<Host, "id" | "instanceId">[]; copies: string[] };

/** Absent where the release asks for none. */
export function serverScaling(
  { spec, environment }: Pick<TargetContext, "spec" | "environment">,
  { targetGroupArn, hosts, copies }: Place,
): LiveScaling | undefined {
  const { scaling, replicas } = spec;
  if (!scaling) return undefined;
  const { min, max, metric, target } = scaling;
  const loadBalancerArn = environment.loadBalancer?.arn ?? "";
  const carrying = new Set(copies.map((id) => whereIs(id).host));
  const cpu = hosts.filter(({ id }) => carrying.has(id)).flatMap(cpuOf);
  const silent = metric === "requestsPerReplica" && targetGroupArn === null;
  const place = { loadBalancerArn, targetGroupArn: targetGroupArn ?? "", cpu };
  return {
    ...{ min, max, metric: metricName(metric), target, count: replicas, activities: [] },
    series: silent ? [] : trackedSeries(scaling, place),
    chosenBy: "tutti",
  };
}

/** EC2 tells the CPU of an instance, by the minute where detailed monitoring is on; of other machines nobody does. */
function cpuOf({ instanceId = "" }: Pick<Host, "instanceId">): Series[] {
  if (!instanceId.startsWith("i-")) return [];
  const dimensions = { InstanceId: instanceId };
  return [{ namespace: "AWS/EC2", name: "CPUUtilization", dimensions, statistic: "Average" }];
}

/** For the dry run. */
export function scalingNotes({ spec, environment }: Pick<TargetContext, "spec" | "environment">): string[] {
  const { scaling, server } = spec;
  if (!scaling) return [];
  const pool = environment.pools[server.pool];
  const { metric } = scaling;
  const silent =
    metric === "requestsPerReplica" && !environment.loadBalancer
      ? "The environment has no load balancer to count requests: nothing scales it."
      : metric === "cpu" && pool && "ssh" in pool
        ? "CloudWatch knows no CPU of hosts over SSH: nothing scales it; use requestsPerReplica, or a metric of your own."
        : null;
  return [scalingNote(scaling), ...(silent === null ? [] : [silent])];
}
