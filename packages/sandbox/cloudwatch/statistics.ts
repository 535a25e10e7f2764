// Statistics by name, over what was summed up: Sum, Average and the like, and percentiles (p0 to p100). Trimmed means
// and the like (tm90, pr) are refused by name.
import { AwsError } from "../platform.ts";
import { type Sums, valuesOf } from "./series.ts";

const PLAIN: Record<string, (sums: Sums) => number> = {
  SampleCount: (sums) => sums.count,
  Sum: (sums) => sums.sum,
  Average: (sums) => sums.sum / sums.count,
  Minimum: (sums) => sums.minimum,
  Maximum: (sums) => sums.maximum,
};

const PERCENTILE = /^p(\d{1,2}(\.\d+)?|100)$/i;

/** Throws where the name is none of those that are kept here. */
export function checkStatistic(name: string | undefined): string {
  if (name !== undefined && (Object.hasOwn(PLAIN, name) || PERCENTILE.test(name))) return name;
  throw new AwsError(
    "ValidationError",
    `The statistic ${name} is not implemented by the sandbox: it knows ${Object.keys(PLAIN).join(", ")} and p0 to p100.`,
  );
}

/** Nothing where the data has no such statistic: a percentile of values that came as a summary. */
export function statisticOf(name: string, sums: Sums): number | undefined {
  const plain = PLAIN[name];
  if (plain) return plain(sums);
  const share = Number(PERCENTILE.exec(name)?.[1]) / 100;
  // CloudWatch user guide, "Percentiles": a summary has one only where its values are all the same.
  const values = valuesOf(sums);
  return values && percentile(values, sums.count, share);
}

function percentile(values: Map<number, number>, count: number, share: number): number | undefined {
  let left = Math.max(share * count, Number.MIN_VALUE);
  const sorted = [...values].sort(([a], [b]) => a - b);
  for (const [value, often] of sorted) {
    left -= often;
    if (left <= 0) return value;
  }
  return sorted.at(-1)?.[0];
}
