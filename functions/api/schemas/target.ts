// One app in one environment, as seen from outside; and the discovery view of it.
import * as z from "zod";
import { KINDS } from "#core/domain/kind.ts";
import {
  REPLICA,
  SCALE_REQUEST,
  SCALING,
  SERVICE,
  TARGET,
  TARGET_HISTORY,
  VOLUME,
} from "../examples/places.ts";
import { instantText } from "./names.ts";

const replicaView = z
  .object({
    id: z.string(),
    version: z.string().nullable(),
    health: z.enum(["starting", "healthy", "unhealthy", "draining", "unknown"]),
    address: z.string().nullable(),
    startedAt: instantText.nullable(),
    size: z
      .string()
      .optional()
      .meta({ description: "The type of its instance, where it has one of its own" }),
  })
  .meta({ id: "Replica", example: REPLICA });

const activityView = z
  .object({ at: instantText, status: z.string(), description: z.string(), cause: z.string() })
  .meta({ id: "ScalingActivity", example: SCALING.lastActivity });

const scalingView = z
  .object({
    min: z.int(),
    max: z.int(),
    metric: z.string().meta({ description: "requestsPerReplica, cpu, or namespace/name" }),
    target: z.number(),
    count: z
      .int()
      .meta({ description: "What it keeps now: copies, or initialised environments of a function" }),
    value: z.number().nullable().meta({
      description: "The metric in the last whole minute, as the target is given; null without data",
    }),
    lastActivity: activityView
      .nullable()
      .meta({ description: "The last that the platform did by itself, in its own words" }),
    activities: z
      .array(activityView)
      .meta({ description: "What it did, newest first; the last 20 that the platform remembers" }),
  })
  .meta({ id: "Scaling", description: "How the platform scales it, read back", example: SCALING });

const volumeView = z
  .object({
    name: z.string(),
    sizeGiB: z.int().nullable().meta({ description: "null: it grows by itself" }),
    where: z.string().meta({ description: "A folder of a host, a volume in its zone, a file system" }),
    copy: z
      .string()
      .nullable()
      .meta({ description: "The replica that has it; null: shared, or kept and had by none now" }),
    ephemeral: z.boolean().optional().meta({ description: "It goes with its copy" }),
  })
  .meta({ id: "Volume", description: "A disk that outlives a release, read back", example: VOLUME });

export const targetView = z
  .object({
    app: z.string(),
    environment: z.string(),
    kind: z.enum(KINDS),
    endpoint: z.string().nullable(),
    release: z.string().nullable(),
    desired: z.int(),
    replicas: z.array(replicaView),
    traffic: z.array(z.object({ version: z.string(), percent: z.number() })),
    activeDeployment: z.string().nullable(),
    queue: z.array(z.string()),
    degraded: z.string().nullable(),
    drift: z.array(z.string()),
    scaling: scalingView.optional(),
    volumes: z.array(volumeView).optional(),
    observedAt: instantText.nullable(),
    mark: z.string().optional().meta({ description: "Of one that is read live: what to name as `after`" }),
  })
  .meta({ id: "Target", example: TARGET });

export const historyView = z
  .object({
    app: z.string(),
    environment: z.string(),
    standings: z
      .array(z.object({ at: instantText, desired: z.int(), replicas: z.int(), healthy: z.int() }))
      .meta({ description: "Oldest first, each from its instant on; the newest 300 changes" }),
  })
  .meta({ id: "TargetHistory", example: TARGET_HISTORY });

export type HistoryView = z.output<typeof historyView>;

export type TargetView = z.output<typeof targetView>;
export type ReplicaView = z.output<typeof replicaView>;

export const scaleBody = z
  .strictObject({ replicas: z.int().min(1).max(10_000) })
  .meta({ id: "ScaleRequest", example: SCALE_REQUEST });

export const serviceView = z
  .object({
    app: z.string(),
    environment: z.string(),
    endpoint: z.string().nullable(),
    addresses: z.array(z.string()).meta({ description: "Of its healthy replicas" }),
    identity: z
      .object({ issuedAt: instantText, expiresAt: instantText })
      .nullable()
      .meta({ description: "By which it proves who calls, where an app that it connects to asks" }),
    observedAt: instantText.nullable(),
  })
  .meta({ id: "Service", example: SERVICE });

export type ServiceView = z.output<typeof serviceView>;
