// How a release is rolled out, as a schema: the block `rollout` of a manifest, and of a single deployment.
import * as z from "zod";
import { amount, amountFromOne } from "./amounts.ts";
import { eachOnce } from "./each-once.ts";

const weightsSchema = z
  .array(z.int().min(1).max(100))
  .min(1, "must have at least one weight: the last one is 100")
  .superRefine((weights, context) => {
    const rises = weights.every((weight, index) => index === 0 || weight > weights[index - 1]!);
    if (!rises || weights.at(-1) !== 100) {
      context.addIssue({
        code: "custom",
        message: `must rise and end at 100, not ${JSON.stringify(weights)}`,
      });
    }
  });

/** CloudWatch, PutMetricAlarm: up to 255 characters, no control characters. */
const ALARM_NAME = /^[ -~\u00a0-\uffff]{1,255}$/;

const alarmsSchema = z
  .array(z.string().regex(ALARM_NAME, "must be the name of an alarm: 1 to 255 characters, on one line"))
  .max(10, "must be at most 10 alarms")
  .superRefine(eachOnce("alarm"));

export const rolloutSchema = z
  .strictObject({
    strategy: z
      .enum(["rolling", "canary", "blueGreen", "allAtOnce"])
      .optional()
      .describe(
        "server: rolling (default), allAtOnce. vm: rolling (default), blueGreen, allAtOnce. container: rolling (default), blueGreen, canary, allAtOnce. function: canary (default), allAtOnce.",
      ),
    batch: z
      .union([amountFromOne, z.array(amountFromOne).min(1, "must have at least one entry").max(100)], {
        error: (issue) =>
          `must be a whole number, a percentage such as "25%", or a list of them, not ${JSON.stringify(issue.input)}`,
      })
      .optional()
      .describe(
        "Replicas per batch: n, a percentage, or a list whose last entry repeats. Default 1; on containers it caps the surge.",
      ),
    maxSurge: amount
      .optional()
      .describe("Copies above the desired count. Default 1; servers are updated in place: 0."),
    maxUnavailable: amount
      .optional()
      .describe("Copies below the desired count. Default 0; on servers the largest batch, and its cap."),
    maxFailures: amount
      .optional()
      .describe(
        "Failed replicas tolerated in the whole deployment, unreachable ones counted, and never all of them. Default 0.",
      ),
    weights: weightsSchema
      .optional()
      .describe("Percent of traffic after each shift of a canary or blueGreen. Default [10, 50, 100]."),
    bakeSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .describe("Watch for so long after each step. Default 0."),
    drainSeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe("Deregistration delay of the load balancer. Default 10."),
    deadlineSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe("No progress for so long acts as onFailure says. Default 600."),
    approval: z
      .enum(["none", "before", "eachStep"])
      .optional()
      .describe("Whether a person must approve. Default none."),
    minApprovers: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe(
        "So many different callers must approve, and none of them may be the one who asked. Where it is left out one approval will do, whoever gives it.",
      ),
    approvalSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe("An approval that nobody gives for so long is a rejection. Default 86400, a day."),
    onFailure: z
      .enum(["rollback", "pause"])
      .optional()
      .describe("What a failed rollout does. Default rollback."),
    onConflict: z
      .enum(["queue", "reject", "supersede"])
      .optional()
      .describe("What happens while another deployment of the target runs. Default queue."),
    alarms: alarmsSchema
      .optional()
      .describe(
        "CloudWatch alarms by name: one that begins to fire acts as onFailure says. One that fires already is told and ignored. Default none.",
      ),
  })
  .describe("How a release is rolled out.");

export type RolloutOverride = z.infer<typeof rolloutSchema>;
