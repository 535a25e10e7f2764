// How far provisioned concurrency is in use since CloudWatch was last told, by version, under Lambda's names (developer guide, "Types
// of metrics for Lambda functions": Concurrency metrics). Where nothing was played nothing is told, as on AWS.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";

type Use = {
  functionName: string;
  version: string;
  provisioned: number;
  busy: number;
  most: number;
  /** Busy environments times milliseconds. */
  busyMs: number;
  changedAt: number;
  within: number;
  beyond: number;
};

export type ProvisionedUse = ReturnType<typeof createProvisionedUse>;

export function createProvisionedUse(nowMs: () => number) {
  const uses = new Map<string, Use>();
  let toldAt = nowMs();
  function changed(functionName: string, version: string, busy: number, provisioned: number): Use {
    const key = `${functionName}:${version}`;
    const now = nowMs();
    const fresh = {
      functionName,
      version,
      most: 0,
      busyMs: 0,
      busy: 0,
      changedAt: now,
      within: 0,
      beyond: 0,
    };
    const use = uses.get(key) ?? { ...fresh, provisioned };
    use.busyMs += use.busy * (now - Math.max(use.changedAt, toldAt));
    Object.assign(use, { busy, provisioned, changedAt: now, most: Math.max(use.most, busy) });
    uses.set(key, use);
    return use;
  }
  return {
    began(functionName: string, version: string, busy: number, provisioned: number): void {
      const use = changed(functionName, version, busy, provisioned);
      if (busy <= provisioned) use.within++;
      else use.beyond++;
    },
    ended: (...of: Parameters<typeof changed>) => void changed(...of),
    provisioned: (...of: Parameters<typeof changed>) => void changed(...of),
    take(): cloudwatch.MetricDatum[] {
      const elapsedMs = Math.max(1, nowMs() - toldAt);
      const data = [...uses.values()].flatMap((use) => {
        const now = changed(use.functionName, use.version, use.busy, use.provisioned);
        return dataOf(now, elapsedMs);
      });
      toldAt = nowMs();
      for (const [key, use] of uses) {
        if (use.busy === 0 && use.provisioned === 0) uses.delete(key);
        else Object.assign(use, { busyMs: 0, most: use.busy, within: 0, beyond: 0 });
      }
      return data;
    },
  };
}

function dataOf(
  { functionName, version, provisioned, most, busyMs, within, beyond }: Use,
  elapsedMs: number,
) {
  if (provisioned === 0 || within + beyond + most === 0) return [];
  const Dimensions = [
    { Name: "FunctionName", Value: functionName },
    { Name: "Resource", Value: `${functionName}:${version}` },
  ];
  const held = (busy: number) => Math.min(busy, provisioned);
  const of = (MetricName: string, mean: number, Maximum: number): cloudwatch.MetricDatum => ({
    ...{ MetricName, Dimensions },
    StatisticValues: { SampleCount: 1, Sum: mean, Minimum: mean, Maximum },
  });
  const mean = held(busyMs / elapsedMs);
  const count = (MetricName: string, Value: number) => ({ MetricName, Dimensions, Value });
  return [
    of("ProvisionedConcurrentExecutions", mean, held(most)),
    of("ProvisionedConcurrencyUtilization", mean / provisioned, held(most) / provisioned),
    count("ProvisionedConcurrencyInvocations", within),
    count("ProvisionedConcurrencySpilloverInvocations", beyond),
  ];
}
