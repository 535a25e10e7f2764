// Hosts that are marked bad: who sees them, and what is said where a person marks one.
import * as z from "zod";
import { BAD_HOST } from "../examples/places.ts";
import { environmentName, instantText } from "./names.ts";

export const badHostParams = z.object({
  env: environmentName,
  pool: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be a-z, 0-9 and -")
    .meta({ example: "web" }),
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,252}$/, "must be the name of a host")
    .meta({ description: "As its replicas are called", example: "web-2" }),
});

export const badHostBody = z
  .strictObject({ why: z.string().trim().min(1).max(500) })
  .meta({ id: "BadHostReason", example: { why: "its disk is being replaced" } });

export const badHostView = z
  .object({
    pool: z.string(),
    host: z.string(),
    since: instantText,
    why: z.string(),
    by: z.string().meta({ description: "`tutti`, or who said so: then only people take it back" }),
    provenSince: instantText.nullable().meta({
      description:
        "Since when every look finds it answering and nothing broken on it; what `tutti` marked is cleared after half an hour",
    }),
  })
  .meta({ id: "BadHost", example: BAD_HOST });
