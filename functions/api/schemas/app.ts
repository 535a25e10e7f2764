// An app: its manifest as applied, and when.
import * as z from "zod";
import { KINDS } from "#core/domain/kind.ts";
import { SCHEDULE_ACTIONS } from "#core/domain/schedule.ts";
import { APP, MANIFEST, SCHEDULE } from "../examples/apps.ts";
import { instantText } from "./names.ts";

export const manifestBody = z.record(z.string(), z.unknown()).meta({
  id: "Manifest",
  example: MANIFEST,
  description:
    "tutti.yaml as JSON. Its full schema, with every key and what is allowed, is at /schema/tutti.json",
});

const scheduleView = z
  .object({
    environment: z.string(),
    name: z.string(),
    cron: z.string(),
    timezone: z.string(),
    action: z.enum(SCHEDULE_ACTIONS),
    version: z.string().optional(),
    replicas: z.int().optional(),
    nextRunAt: instantText.nullable(),
  })
  .meta({ id: "Schedule", example: SCHEDULE });

export type ScheduleView = z.output<typeof scheduleView>;

export const appView = z
  .object({
    app: z.string(),
    kind: z.enum(KINDS),
    manifest: manifestBody,
    createdAt: instantText,
    updatedAt: instantText,
    schedules: z
      .array(scheduleView)
      .optional()
      .meta({ description: "What is scheduled for it, by environment; only where one app is asked for" }),
  })
  .meta({ id: "App", example: APP });

export type AppView = z.output<typeof appView>;
