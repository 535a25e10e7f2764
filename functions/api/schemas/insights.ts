// DORA's four as the API shows them. What counts as what is told in docs/insights.md.
import * as z from "zod";
import { INSIGHTS, INSIGHTS_ANSWER } from "../examples/places.ts";

const seconds = z.object({
  medianSeconds: z.number().nullable().describe("null where there is nothing to take the middle of"),
  samples: z.int(),
});

export const insightsView = z
  .object({
    app: z.string(),
    environment: z.string(),
    deploymentFrequency: z.object({ perDay: z.number(), succeeded: z.int() }),
    leadTime: seconds.describe("From the making of the artifact to its success"),
    changeFailureRate: z.object({ percent: z.number().nullable(), failed: z.int(), changes: z.int() }),
    timeToRestore: seconds.describe(
      "From the first sign of a failure until a release that works was live again",
    ),
    daily: z.array(z.object({ day: z.iso.date(), succeeded: z.int(), failed: z.int() })),
  })
  .meta({ id: "Insights", example: INSIGHTS });

export const insightsAnswer = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    truncated: z
      .boolean()
      .describe("There were more deployments than are read at once: the oldest days are missing some"),
    items: z.array(insightsView),
  })
  .meta({ id: "InsightsAnswer", example: INSIGHTS_ANSWER });

export type InsightsView = z.output<typeof insightsView>;
