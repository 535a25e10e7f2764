// The manifest's `health`: when a replica counts as healthy.
import * as z from "zod";

/** Without quotes, blanks and what a shell would read: the path also stands in scripts. */
const HEALTH_PATH = /^\/[A-Za-z0-9._~\-/?=&%+:@,]{0,1000}$/;

export const healthSchema = z
  .strictObject({
    path: z
      .string()
      .regex(HEALTH_PATH, "must begin with / and hold no blanks or quotes")
      .optional()
      .describe("Path that answers 2xx while the app is well. Default /healthz."),
    intervalSeconds: z.number().min(0.1).max(300).optional().describe("Seconds between checks. Default 2."),
    timeoutSeconds: z
      .number()
      .min(0.1)
      .max(60)
      .optional()
      .describe("How long one check may take. Default 2."),
    healthyThreshold: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe("So many good checks in a row make it healthy. Default 2."),
    unhealthyThreshold: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe("So many bad checks in a row make it broken. Default 3."),
    graceSeconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe("For so long after its start a replica may be unhealthy. Default 30."),
  })
  .describe("When a replica counts as healthy. Seconds may be fractions.");
