// What a manifest may say about healing. What each word does is in core/heal.
import * as z from "zod";

export const healingSchema = z
  .strictObject({
    maxUnhealthyPercent: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        "More than so many percent of the copies broken at once is held and told, and nothing is replaced: it looks like something they all depend on. Default 50.",
      ),
    maxRepairs: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe(
        "So many repairs of one copy in a row, then the target is degraded. Default 5; 0 repairs nothing.",
      ),
    pauseSeconds: z
      .number()
      .min(1)
      .max(3600)
      .optional()
      .describe(
        "Pause between the first repair of a copy and the second; each one is twice the one before, at most an hour. Default 30.",
      ),
    watchSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe(
        "A release that turns unhealthy so soon after it succeeded goes back to the one before. Default 0: not by itself.",
      ),
    maxErrorPercent: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe(
        "function: where more than so many percent of a minute's answers are 5xx, and ten at least, fresh execution environments take over; more than maxUnhealthyPercent is held and told. Default 5; 0: the answers are not counted.",
      ),
    drift: z
      .enum(["correct", "show"])
      .optional()
      .describe("What is done about what somebody changed by hand. Default correct."),
  })
  .describe("What healing may do by itself.");
