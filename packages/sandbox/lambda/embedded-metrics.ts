// Lines of a function's log in the embedded metric format become metrics, as CloudWatch Logs makes them (CloudWatch user guide,
// "Specification: Embedded metric format"): values at the root of the document, under the dimension sets that each directive names.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import type { Platform } from "../platform.ts";

type Directive = { Namespace: string; Dimensions?: string[][]; Metrics: { Name: string; Unit?: string }[] };
type Document = Record<string, unknown> & { _aws: { Timestamp: number; CloudWatchMetrics: Directive[] } };

/** PutMetricData, API reference: at most so many in one request. */
const MOST_DATA = 1000;

/** Takes what a function printed, whole lines; what is no such document is none of its business. */
export function metricsOfLogs(platform: Platform): (text: string) => void {
  return (text) => {
    if (!text.includes('"_aws"')) return;
    for (const [Namespace, data] of dataOf(text))
      for (let i = 0; i < data.length; i += MOST_DATA)
        platform
          .call(
            "monitoring",
            "PutMetricData",
            { Namespace, MetricData: data.slice(i, i + MOST_DATA) },
            "root",
          )
          .catch((error) => platform.log(`${Namespace}: metrics are lost: ${error.message}`));
  };
}

function dataOf(text: string): Map<string, cloudwatch.MetricDatum[]> {
  const found = new Map<string, cloudwatch.MetricDatum[]>();
  for (const line of text.split("\n")) {
    const document = parse(line);
    for (const one of document?._aws.CloudWatchMetrics ?? [])
      found.set(one.Namespace, [...(found.get(one.Namespace) ?? []), ...dataUnder(document!, one)]);
  }
  return found;
}

function dataUnder(document: Document, { Dimensions = [[]], Metrics }: Directive): cloudwatch.MetricDatum[] {
  const Timestamp = new Date(document._aws.Timestamp);
  return Dimensions.flatMap((names) =>
    Metrics.map(({ Name, Unit }) => ({
      MetricName: Name,
      Dimensions: names.map((name) => ({ Name: name, Value: String(document[name]) })),
      Unit: Unit as cloudwatch.StandardUnit,
      Timestamp,
      Values: [document[Name] as number | number[]].flat(),
    })),
  );
}

function parse(line: string): Document | null {
  if (!line.includes('"_aws"')) return null;
  try {
    const document = JSON.parse(line) as Partial<Document>;
    return Array.isArray(document._aws?.CloudWatchMetrics) ? (document as Document) : null;
  } catch {
    return null;
  }
}
