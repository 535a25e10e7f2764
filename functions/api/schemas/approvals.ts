// What an environment asks of every deployment in it, whatever a manifest says.
import * as z from "zod";

export const approvals = z
  .strictObject({
    approval: z.enum(["before", "eachStep"]).meta({
      description: "As `rollout.approval` of a manifest, which may ask for more and not for less",
    }),
    minApprovers: z.int().min(1).max(10).optional().meta({
      description: "So many different callers approve, and none of them may be the one who asked",
    }),
  })
  .meta({ description: "The least that every deployment here is approved by" });
