// What a driver function may be asked, checked at its door: the workflow, the API and the sweep send it.
import * as z from "zod/mini";
import { TuttiError } from "#core/errors.ts";
import type { DriverRequest } from "#core/rollout/messages.ts";

const ofDeployment = {
  deploymentId: z.string().check(z.minLength(1)),
  generation: z.int().check(z.gte(1)),
  traceId: z.optional(z.nullable(z.string())),
  retry: z.optional(z.number()),
};
const ofTarget = { app: z.string().check(z.minLength(1)), environment: z.string().check(z.minLength(1)) };
const triggers = ["schedule", "api", "cli", "console"] as const;

const ofMending = {
  runId: z.string().check(z.minLength(1)),
  ...ofTarget,
  trigger: z.enum(triggers),
  startedAt: z.string(),
  broken: z.array(
    z.object({
      replica: z.string(),
      dead: z.boolean(),
      detail: z.string(),
      anomalous: z.optional(z.boolean()),
      errorPercent: z.optional(z.number()),
    }),
  ),
};

const schema = z.discriminatedUnion("verb", [
  z.object({
    verb: z.enum(["plan", "apply", "check", "finish"]),
    ...ofDeployment,
    error: z.optional(z.unknown()),
  }),
  z.object({
    verb: z.literal("rollBack"),
    ...ofDeployment,
    error: z.optional(z.unknown()),
    enteredAt: z.optional(z.string()),
  }),
  z.object({ verb: z.literal("giveUp"), ...ofDeployment, error: z.optional(z.unknown()) }),
  z.object({ verb: z.literal("play"), ...ofDeployment, shard: z.int().check(z.gte(0)) }),
  z.object({
    verb: z.enum(["bake", "hold"]),
    ...ofDeployment,
    taskToken: z.string().check(z.minLength(1)),
    enteredAt: z.optional(z.string()),
  }),
  z.object({ verb: z.literal("inspect"), ...ofTarget }),
  z.object({ verb: z.literal("retire"), ...ofTarget, deleteVolumes: z.optional(z.boolean()) }),
  z.object({
    verb: z.literal("preview"),
    ...ofTarget,
    version: z.string().check(z.minLength(1)),
    rollout: z.optional(z.unknown()),
  }),
  z.object({ verb: z.literal("diagnose"), environment: z.string().check(z.minLength(1)) }),
  z.object({
    verb: z.literal("heal"),
    ...ofTarget,
    trigger: z.enum(triggers),
    survey: z.optional(z.boolean()),
  }),
  z.object({ verb: z.enum(["mend", "lookAfter"]), ...ofMending }),
  z.object({ verb: z.literal("endMend"), ...ofMending, error: z.optional(z.unknown()) }),
]);

/** Throws `invalid_input` naming the first path that does not fit. */
export function parseDriverRequest(event: unknown): DriverRequest {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data as DriverRequest;
  const issue = parsed.error.issues[0]!;
  throw new TuttiError("invalid_input", `${issue.path.join(".") || "the event"}: ${issue.message}`);
}
