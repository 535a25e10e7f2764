// The JSON Schema that editors complete `tutti.yaml` with, made from the schema that validates.
import * as z from "zod";
import { manifestSchema } from "./schema.ts";

/** Served at `/schema/tutti.json` and kept in `packages/core/schema/tutti.json`. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(manifestSchema, { io: "input" });
  return {
    $schema,
    $id: "/schema/tutti.json",
    title: "Tutti manifest",
    description: "What a team ships, how it is rolled out, and what differs in each environment.",
    ...rest,
  };
}
