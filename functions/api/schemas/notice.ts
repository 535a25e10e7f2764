// The notice as programs outside get it, on the bus and in a webhook: a JSON Schema, served at /schema/notice.json. It says what is
// always there; a program that reads it lets pass what it does not know.
import * as z from "zod";
import { END_STATUSES, OPEN_STATUSES, TRIGGERS } from "#core/domain/deployment.ts";
import { KINDS } from "#core/domain/kind.ts";
import { NOTICE_SCHEMA, NOTICE_TYPES } from "#core/domain/notice.ts";

const instant = z.iso.datetime();

export const noticeDocument = z
  .object({
    installation: z.string().meta({ description: "Name of the installation, and of its bus" }),
    schema: z
      .literal(NOTICE_SCHEMA)
      .meta({ description: "Rises where a field is taken away or means something else" }),
    id: z.string().meta({ description: "The same each time that it is told" }),
    type: z.enum(NOTICE_TYPES),
    at: instant,
    app: z.string(),
    environment: z.string(),
    kind: z.enum(KINDS),
    message: z.string().meta({ description: "A sentence for people" }),
    deployment: z.object({
      id: z.string(),
      version: z.string(),
      previousVersion: z.string().nullable(),
      status: z.enum([...OPEN_STATUSES, ...END_STATUSES]),
      reason: z.string(),
      revision: z.int().meta({ description: "Of two notices of a deployment the higher one is the later" }),
      trigger: z.enum(TRIGGERS),
      train: z.string().nullable(),
      createdBy: z.string(),
      createdAt: instant,
      startedAt: instant.nullable(),
      endedAt: instant.nullable(),
    }),
  })
  .meta({ title: "Notice", description: "A deployment's status has changed, or a target is degraded" });

export function noticeSchema(): Record<string, unknown> {
  return z.toJSONSchema(noticeDocument, { io: "input" }) as Record<string, unknown>;
}
