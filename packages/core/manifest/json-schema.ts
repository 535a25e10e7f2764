// The JSON Schema that editors complete `tutti.yaml` with, made from the schema that validates.
import * as z from "zod";
import { PLANNED_SETTINGS } from "./planned.ts";
import { manifestSchema } from "./schema.ts";

/** As the parser takes it (planned.ts): nothing, or only what has nothing in it. */
const EMPTY = {
  anyOf: [
    { type: "null" },
    { type: "array", maxItems: 0 },
    { type: "object", additionalProperties: { $ref: "#/$defs/empty" } },
  ],
};

/** Served at `/schema/tutti.json` and kept in `packages/core/schema/tutti.json`. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, $defs, ...rest } = z.toJSONSchema(manifestSchema, { io: "input" });
  const { environments } = rest.properties as Record<string, z.core.JSONSchema.BaseSchema>;
  for (const settings of [rest, environments!.additionalProperties as z.core.JSONSchema.BaseSchema])
    settings.properties = { ...settings.properties, ...planned() };
  return {
    $schema,
    $id: "/schema/tutti.json",
    title: "Tutti manifest",
    description: "What a team ships, how it is rolled out, and what differs in each environment.",
    ...rest,
    $defs: { ...$defs, empty: EMPTY },
  };
}

/** Keys to come are no mistake while they are empty, in editors as in the parser. */
function planned(): Record<string, z.core.JSONSchema.BaseSchema> {
  const description = "Not supported yet: leave it out, or empty.";
  return Object.fromEntries(PLANNED_SETTINGS.map((key) => [key, { $ref: "#/$defs/empty", description }]));
}
