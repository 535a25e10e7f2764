// What function URLs answered since CloudWatch was last told, in memory (Lambda developer guide, "Monitoring Lambda function URLs"): per
// function, per URL, and per version that was run for it. Function errors and time-outs are answers with 5xx. A minute without a request has
// no datapoint; in one with requests, those that were well count as 0.
import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { countOf } from "./published-metrics.ts";

type Tally = {
  dimensions: cloudwatch.Dimension[];
  requests: number;
  clientErrors: number;
  serverErrors: number;
  /** Milliseconds, to two digits, and how often. */
  latencies: Map<number, number>;
};

/** `key`: the alias that has the URL, or `$LATEST`. `version`: absent where none was run. */
export type UrlCall = { functionName: string; key: string; version?: string | undefined };

export type UrlMetrics = ReturnType<typeof createUrlMetrics>;

export function createUrlMetrics() {
  let tallies = new Map<string, Tally>();
  const tallyOf = (dimensions: cloudwatch.Dimension[]) => {
    const key = dimensions.map(({ Value }) => Value).join(" ");
    const found = tallies.get(key) ?? newTally(dimensions);
    tallies.set(key, found);
    return found;
  };
  return {
    answered(call: UrlCall, statusCode: number, milliseconds: number): void {
      const near = Number(milliseconds.toPrecision(2));
      for (const tally of scopesOf(call).map(tallyOf)) {
        tally.requests++;
        if (statusCode >= 400 && statusCode < 500) tally.clientErrors++;
        if (statusCode >= 500) tally.serverErrors++;
        tally.latencies.set(near, (tally.latencies.get(near) ?? 0) + 1);
      }
    },
    take(): cloudwatch.MetricDatum[] {
      const told = tallies;
      tallies = new Map();
      return [...told.values()].flatMap(dataOf);
    },
  };
}

function scopesOf({ functionName, key, version }: UrlCall): cloudwatch.Dimension[][] {
  const all = [{ Name: "FunctionName", Value: functionName }];
  const url = [...all, { Name: "Resource", Value: `${functionName}:${key}` }];
  return version === undefined
    ? [all, url]
    : [all, url, [...url, { Name: "ExecutedVersion", Value: version }]];
}

function newTally(dimensions: cloudwatch.Dimension[]): Tally {
  return { dimensions, requests: 0, clientErrors: 0, serverErrors: 0, latencies: new Map() };
}

function dataOf({ dimensions, requests, clientErrors, serverErrors, latencies }: Tally) {
  const latency = { MetricName: "UrlRequestLatency", Dimensions: dimensions, Unit: "Milliseconds" as const };
  return [
    countOf("UrlRequestCount", dimensions, requests, requests),
    countOf("Url4xxCount", dimensions, clientErrors, requests),
    countOf("Url5xxCount", dimensions, serverErrors, requests),
    { ...latency, Values: [...latencies.keys()], Counts: [...latencies.values()] },
  ];
}
