// What one pass of healing found and did.
import * as z from "zod";
import { HEALING_RUN } from "../examples/places.ts";
import { instantText } from "./names.ts";

export const healingRunView = z
  .object({
    id: z.string(),
    app: z.string(),
    environment: z.string(),
    trigger: z.enum(["schedule", "api", "cli", "console"]),
    startedAt: instantText,
    endedAt: instantText,
    actions: z.array(
      z.object({
        replica: z.string().nullable(),
        finding: z.string(),
        action: z.string(),
        result: z.enum(["repaired", "begun", "failed", "held", "carried_on", "closed"]),
      }),
    ),
    summary: z.string(),
    execution: z.string().optional(),
    underWay: z.boolean().optional(),
  })
  .meta({ id: "HealingRun", example: HEALING_RUN });

export type HealingRunView = z.output<typeof healingRunView>;
