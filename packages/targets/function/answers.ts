// How many requests of the alias's URL were answered with 5xx, minute by minute, as Lambda counts them (developer guide, "Monitoring Lambda
// function URLs"). GetMetricStatistics and not GetMetricData, which is in no free tier (CloudWatch pricing); how many there were in all is
// asked only where some were bad. A count that cannot be read hinders no look.
import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import type { AnswerCount } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { FunctionDeps, Live } from "./client.ts";
import { ALIAS } from "./naming.ts";

const MINUTE_SECONDS = 60;
/** A metric comes a minute or two late. */
const LOOKED_BACK_MS = 3 * MINUTE_SECONDS * 1000;

/** `said`: why there is no count, for people. A count is told by whoever acts on it: it is another with every minute. */
export type Counted = { answers?: AnswerCount[]; said?: string };

/** Only of minutes that began after the alias was moved: what was counted before is another's, or what was repaired. */
export async function countAnswers(
  deps: Pick<FunctionDeps, "cloudWatch">,
  { clock }: Pick<TargetContext, "clock">,
  { name, alias }: Pick<Live, "name" | "alias">,
): Promise<Counted> {
  const nowMs = clock.now();
  const sinceMs = alias?.since ? Date.parse(alias.since) : 0;
  try {
    const bad = await sums(deps, name, "Url5xxCount", nowMs);
    const isAfter = ([atMs]: [number, number]) => atMs >= sinceMs;
    if (![...bad].filter(isAfter).some(([, count]) => count > 0)) return {};
    const all = [...(await sums(deps, name, "UrlRequestCount", nowMs))].filter(isAfter);
    const answers = all
      .sort(([a], [b]) => a - b)
      .map(([atMs, of]) => ({ minuteAt: new Date(atMs).toISOString(), bad: bad.get(atMs) ?? 0, of }));
    return { answers };
  } catch (error) {
    return { said: `how it answers could not be counted: ${(error as Error).message}` };
  }
}

/** By the instant at which each minute begins. */
async function sums(
  { cloudWatch }: Pick<FunctionDeps, "cloudWatch">,
  name: string,
  MetricName: string,
  nowMs: number,
): Promise<Map<number, number>> {
  const { Datapoints = [] } = await (await cloudWatch()).send(
    new GetMetricStatisticsCommand({
      ...{ Namespace: "AWS/Lambda", MetricName, Period: MINUTE_SECONDS, Statistics: ["Sum"] },
      Dimensions: [
        { Name: "FunctionName", Value: name },
        { Name: "Resource", Value: `${name}:${ALIAS}` },
      ],
      StartTime: new Date(nowMs - LOOKED_BACK_MS),
      EndTime: new Date(nowMs),
    }),
  );
  return new Map(Datapoints.map(({ Timestamp, Sum = 0 }) => [Timestamp!.getTime(), Sum]));
}
