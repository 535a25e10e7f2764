// The value that scaling follows, as CloudWatch tells it: of several series the average of each minute.
import type { LiveScaling, Series } from "#core/domain/scaling.ts";
import type { Point } from "#core/scale/choose-count.ts";
import type { EngineDeps } from "./deps.ts";

/** Newest first. */
export async function measured(
  { metrics }: Pick<EngineDeps, "metrics">,
  series: Series[],
  minutes: number,
): Promise<Point[]> {
  if (series.length === 0) return [];
  const all = (await metrics.read(series, minutes)).flat();
  return [...Map.groupBy(all, ({ at }) => at)]
    .map(([at, same]) => ({ at, value: same.reduce((sum, { value }) => sum + value, 0) / same.length }))
    .sort((a, b) => b.at - a.at)
    .slice(0, minutes);
}

/** For who looks: a metric that cannot be read is `null`, and hides nothing else. */
export async function withValue(deps: EngineDeps, scaling: LiveScaling): Promise<LiveScaling> {
  try {
    const [last] = await measured(deps, scaling.series, 1);
    return { ...scaling, value: last?.value ?? null };
  } catch (error) {
    deps.log.warn("the metric of scaling could not be read", { error: String(error) });
    return { ...scaling, value: null };
  }
}
