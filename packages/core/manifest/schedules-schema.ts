// The manifest's `schedules`: what is deployed, scaled or restarted by itself, and when.
import * as z from "zod";
import { SCHEDULE_ACTIONS } from "../domain/schedule.ts";
import { parseCron } from "../schedule/cron.ts";
import { isTimeZone } from "../schedule/wall-clock.ts";
import { show } from "./amounts.ts";

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
const ONE_LINE = /^[ -~\u00a0-\uffff]{1,60}$/;

const cron = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    try {
      parseCron(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });

export const scheduleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(ONE_LINE, "must be one line of 1 to 60 characters")
      .optional()
      .describe("Shown in the audit. Default: what it does, and when."),
    cron: cron.describe(
      'Minute, hour, day of month, month and day of week, as in "0 8 * * MON-FRI"; a day of month or of week, not both.',
    ),
    timezone: z
      .string()
      .max(60)
      .refine(isTimeZone, "must be a time zone such as Europe/Berlin or UTC")
      .optional()
      .describe("Whose clock it goes by, summer time included. Default UTC."),
    action: z.enum(SCHEDULE_ACTIONS).describe("deploy, scale or restart."),
    version: z
      .string()
      .regex(VERSION, "must be a version, or latest")
      .optional()
      .describe("deploy: which. Default latest: the release that was registered last."),
    replicas: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("scale: how many copies; of a function, environments that are kept initialised."),
  })
  .superRefine(({ action, version, replicas }, context) => {
    const wrong = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (action === "scale" && replicas === undefined) wrong("replicas", "is required for the action scale");
    if (action !== "scale" && replicas !== undefined)
      wrong("replicas", `is for the action scale, not ${action}`);
    if (action !== "deploy" && version !== undefined)
      wrong("version", `is for the action deploy, not ${action}`);
  });

export const schedulesSchema = z
  .array(scheduleSchema)
  .max(20, "must be at most 20 schedules")
  .superRefine((schedules, context) => {
    const texts = schedules.map(({ name: _name, ...rest }) => JSON.stringify(Object.entries(rest).sort()));
    texts.forEach((text, index) => {
      const before = texts.indexOf(text);
      if (before === index) return;
      const message = `is the same as schedule ${before}: ${show(schedules[index]!.cron)}`;
      context.addIssue({ code: "custom", path: [index], message });
    });
  })
  .describe(
    "What happens by itself. For an app: in each environment that the manifest names or that it runs in.",
  );
