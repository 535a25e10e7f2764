// An app: its manifest as applied, and when.
import * as z from "zod";
import { KINDS } from "#core/domain/kind.ts";
import { instantText } from "./names.ts";

export const manifestBody = z.record(z.string(), z.unknown()).meta({
  id: "Manifest",
  description:
    "tutti.yaml as JSON. Its full schema, with every key and what is allowed, is at /schema/tutti.json",
});

export const appView = z
  .object({
    app: z.string(),
    kind: z.enum(KINDS),
    manifest: manifestBody,
    createdAt: instantText,
    updatedAt: instantText,
  })
  .meta({ id: "App" });

export type AppView = z.output<typeof appView>;
