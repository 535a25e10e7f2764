// The notice as programs outside get it, on the bus and in a webhook: a JSON Schema, served at /schema/notice.json. It says what is
// always there; a program that reads it lets pass what it does not know.
import * as z from "zod";
import { END_STATUSES, OPEN_STATUSES, TRIGGERS } from "#core/domain/deployment.ts";
import { KINDS } from "#core/domain/kind.ts";
import { NOTICE_SCHEMA, NOTICE_TYPES } from "#core/domain/notice.ts";
import { TRAIN_STATUSES } from "#core/domain/train.ts";

const instant = z.iso.datetime();

const revision = z.int().meta({ description: "Of two notices of the same one the higher one is the later" });

const deployment = z.object({
  id: z.string(),
  version: z.string(),
  previousVersion: z.string().nullable(),
  status: z.enum([...OPEN_STATUSES, ...END_STATUSES]),
  reason: z.string(),
  revision,
  trigger: z.enum(TRIGGERS),
  train: z.string().nullable(),
  createdBy: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
});

const train = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.enum(TRAIN_STATUSES),
  reason: z.string(),
  revision,
  createdBy: z.string(),
  createdAt: instant,
  endedAt: instant.nullable(),
  targets: z.array(z.string()).meta({ description: "Of all its members, as app/environment" }),
});

const healing = z.object({
  id: z.string().meta({ description: "Of the healing run" }),
  trigger: z.string(),
  actions: z.array(
    z.object({
      replica: z.string().nullable(),
      finding: z.string(),
      action: z.string(),
      result: z.string(),
    }),
  ),
});

export const noticeDocument = z
  .object({
    installation: z.string().meta({ description: "Name of the installation, and of its bus" }),
    schema: z
      .literal(NOTICE_SCHEMA)
      .meta({ description: "Rises where a field is taken away or means something else" }),
    id: z.string().meta({ description: "The same each time that it is told" }),
    type: z.enum(NOTICE_TYPES),
    at: instant,
    app: z.string().nullable().meta({ description: "null of a train, which has several" }),
    environment: z.string(),
    kind: z.enum(KINDS).nullable().meta({ description: "null of a train" }),
    message: z.string().meta({ description: "A sentence for people" }),
    deployment: deployment.optional().meta({
      description: "Of deployment.…, and of target.… where a deployment left it so",
    }),
    train: train.optional().meta({ description: "Of train.…" }),
    receivers: z.int().optional().meta({
      description: "On the bus alone: how many receivers of the environment want it",
    }),
    healing: healing.optional().meta({ description: "Of healing.repaired" }),
  })
  .meta({
    title: "Notice",
    description: "What has happened to a deployment, to a train, or to a target",
  });

export function noticeSchema(): Record<string, unknown> {
  return z.toJSONSchema(noticeDocument, { io: "input" }) as Record<string, unknown>;
}
