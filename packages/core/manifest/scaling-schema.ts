// The manifest's `scaling`: between which counts, and by what. Each key alone; what they ask of each other is in scaling-rules.ts.
import * as z from "zod";
import { show } from "./amounts.ts";

/** CloudWatch API reference, MetricStat and Dimension. */
const ONE_LINE = /^[ -~]{1,255}$/;
const text = z.string().regex(ONE_LINE, "must be 1 to 255 characters, on one line");

export const customMetricSchema = z
  .strictObject({
    namespace: text.describe("CloudWatch namespace, such as Shop."),
    name: text.describe("Name of the metric."),
    dimensions: z.record(text, text).optional().describe("Dimensions of the series, by name."),
    statistic: z
      .enum(["Average", "Minimum", "Maximum", "SampleCount", "Sum"])
      .optional()
      .describe("Over each minute. Default Average."),
  })
  .describe("One CloudWatch metric that falls in proportion as copies are added.");

const count = z.int().min(1).max(10_000);

export const scalingSchema = z
  .strictObject({
    min: count.optional().describe("Never fewer copies. Needed."),
    max: count.optional().describe("Never more copies. Needed."),
    metric: z
      .union(
        [z.enum(["requestsPerReplica", "cpu", "provisionedConcurrencyUtilization"]), customMetricSchema],
        {
          error: (issue) =>
            `must be requestsPerReplica, cpu, provisionedConcurrencyUtilization, or a block with namespace and name, not ${show(issue.input)}`,
        },
      )
      .optional()
      .describe(
        "What is held near the target. Needed, but for functions: provisionedConcurrencyUtilization there.",
      ),
    target: z
      .number()
      .positive("must be more than 0")
      .max(1e12)
      .optional()
      .describe(
        "requestsPerReplica: requests per second for each copy; cpu: percent; provisionedConcurrencyUtilization: percent, default 70. Needed elsewhere.",
      ),
    warmupSeconds: z
      .int()
      .min(0)
      .max(3600)
      .optional()
      .describe("For so long after its start a copy is not counted. Default 120."),
    scaleIn: z.boolean().optional().describe("false: copies are added and never taken away. Default true."),
  })
  .describe(
    "The count is chosen by itself, between two bounds. On a function: how many execution environments are kept initialised.",
  );
