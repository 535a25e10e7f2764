// The metrics that were put, each with its last datum: enough to list them and to see in a test that they arrive.
import { join } from "node:path";
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { openDocuments } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";

type Metric = {
  namespace: string;
  name: string;
  dimensions: { Name?: string; Value?: string }[];
  last: cloudwatch.MetricDatum;
};

export function metricHandlers(platform: Platform): Record<string, Handler> {
  const metrics = openDocuments<Metric>(join(platform.directory, "cloudwatch", "metrics"));
  return {
    PutMetricData({ Namespace, MetricData = [] }: cloudwatch.PutMetricDataInput) {
      if (!Namespace)
        throw new AwsError("MissingRequiredParameterException", "The parameter Namespace is required.");
      for (const datum of MetricData) {
        if (!datum.MetricName)
          throw new AwsError("MissingRequiredParameterException", "The parameter MetricName is required.");
        const dimensions = [...(datum.Dimensions ?? [])].sort((a, b) => (a.Name! < b.Name! ? -1 : 1));
        const key = JSON.stringify([
          Namespace,
          datum.MetricName,
          dimensions.map((one) => [one.Name, one.Value]),
        ]);
        metrics.set(key, { namespace: Namespace, name: datum.MetricName, dimensions, last: datum });
      }
    },
    ListMetrics: ({ Namespace, MetricName }: cloudwatch.ListMetricsInput) => ({
      Metrics: metrics
        .list()
        .filter((metric) => !Namespace || metric.namespace === Namespace)
        .filter((metric) => !MetricName || metric.name === MetricName)
        .map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions,
        })),
    }),
  };
}
