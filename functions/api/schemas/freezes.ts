// When an environment takes no new releases, and when it takes them alone.
import * as z from "zod";
import { DAYS } from "#core/freeze/freeze.ts";
import { isTimeZone } from "#core/schedule/wall-clock.ts";

export const freeze = z
  .strictObject({
    from: z.iso.datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2026-12-20T00:00:00Z" }),
    to: z.iso.datetime({ offset: true, error: "must be an ISO 8601 instant, as in 2027-01-03T00:00:00Z" }),
    reason: z.string().trim().min(1, "must say why").max(200),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
    path: ["to"],
    message: "must be after from",
  })
  .meta({ description: "In it the environment takes no new releases" });

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day, 00:00 to 23:59");

export const maintenanceWindow = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1, "must name at least one; leave it out for every day")
      .max(7)
      .default([...DAYS]),
    from: clockTime,
    to: clockTime.meta({ description: "Where it is not after `from` it is the next day's" }),
    timezone: z
      .string()
      .max(60)
      .refine(isTimeZone, "must be a time zone such as Europe/Berlin or UTC")
      .default("UTC"),
  })
  .meta({ description: "Where there are any, new releases are taken in them alone" });
