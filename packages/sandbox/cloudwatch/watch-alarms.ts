// Looks at every alarm at the end of each 10 s of sandbox time, a moment after the metrics of that window came in, and
// sets the state that its datapoints mean. Periods up to a minute end at whole multiples of themselves; longer ones
// slide by the minute, as CloudWatch evaluates them.
import type { Documents } from "../ground/documents.ts";
import { everyRound, type Publisher, roundMilliseconds } from "../metric-publisher.ts";
import type { Platform } from "../platform.ts";
import { type Alarm, FURTHER_PERIODS, statisticName } from "./alarm.ts";
import { turn } from "./alarm-state.ts";
import { evaluate, type Point } from "./evaluate.ts";
import { GRAIN_SECONDS, metricId, type SeriesStore } from "./series.ts";
import { statisticOf } from "./statistics.ts";

const PRUNE_EVERY_ROUNDS = 60;

export function createAlarmWatch(
  platform: Platform,
  alarms: Documents<Alarm>,
  series: SeriesStore,
): Publisher {
  const lagMs = Math.min(500, roundMilliseconds(platform.timeScale) / 5);
  let rounds = 0;
  return everyRound(platform, lagMs, () => {
    const nowGrain = series.grainAt(platform.now() - lagMs / 2);
    for (const alarm of alarms.list()) look(platform, alarms, series, alarm, nowGrain);
    if (++rounds % PRUNE_EVERY_ROUNDS === 0) series.prune();
  });
}

function look(
  platform: Platform,
  alarms: Documents<Alarm>,
  series: SeriesStore,
  alarm: Alarm,
  nowGrain: number,
): void {
  const judged = evaluate(alarm.definition, pointsOf(series, alarm, nowGrain));
  if (!judged || judged.state === alarm.state) return;
  const data = {
    version: "1.0",
    queryDate: new Date(platform.now()).toISOString(),
    statistic: statisticName(alarm.definition),
    period: alarm.definition.Period,
    recentDatapoints: judged.recent.map(({ value }) => value),
    threshold: alarm.definition.Threshold,
  };
  turn(platform, alarms, alarm, judged.state, judged.reason, JSON.stringify(data));
}

function pointsOf(series: SeriesStore, { definition }: Alarm, nowGrain: number): (Point | undefined)[] {
  const {
    Namespace = "",
    MetricName = "",
    Dimensions,
    Unit,
    Period = 60,
    EvaluationPeriods = 1,
  } = definition;
  const metric = metricId(Namespace, MetricName, Dimensions);
  const statistic = statisticName(definition);
  const grains = Period / GRAIN_SECONDS;
  const step = Math.min(grains, 60 / GRAIN_SECONDS);
  const end = Math.floor(nowGrain / step) * step;
  const count = EvaluationPeriods + FURTHER_PERIODS;
  return Array.from({ length: count }, (_, at) => {
    const from = end - (count - at) * grains;
    const sums = series.read(metric, Unit, from, from + grains);
    const value = sums && statisticOf(statistic, sums);
    return value === undefined ? undefined : { at: new Date(from * series.grainMs), value };
  });
}
