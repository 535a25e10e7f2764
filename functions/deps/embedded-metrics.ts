// Metrics as lines of the log that CloudWatch makes metrics of (CloudWatch user guide, "Specification: Embedded metric format"): no
// call, no client, no permission. Written by hand because it is one object: the library for it would weigh on every cold start.
import { METRICS, type Measure, type Measures, type MetricName, measuresOf } from "#core/metrics/measures.ts";
import type { NoticeBus } from "#store/notices.ts";

/** `installation`: its metrics are in the namespace `Tutti/<installation>`. */
export function embeddedMetrics(
  installation: string,
  now: () => number = Date.now,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Measures {
  return { put: (measure) => write(`${JSON.stringify(lineOf(`Tutti/${installation}`, measure, now()))}\n`) };
}

function lineOf(Namespace: string, { values, dimensions = {}, about = {} }: Measure, Timestamp: number) {
  const Metrics = (Object.keys(values) as MetricName[]).map((Name) => ({ Name, Unit: METRICS[Name] }));
  const directive = { Namespace, Dimensions: [Object.keys(dimensions)], Metrics };
  return { _aws: { Timestamp, CloudWatchMetrics: [directive] }, ...about, ...dimensions, ...values };
}

/** The same bus; what it has taken is counted. */
export function counting(bus: NoticeBus, measures: Measures): NoticeBus {
  return {
    put: async (notices) => {
      await bus.put(notices);
      for (const measure of notices.flatMap(measuresOf)) measures.put(measure);
    },
  };
}
