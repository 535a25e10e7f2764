// The example of a schema: its own where it has one (`meta({example})`), else made of its parts'. Whatever a person reads
// in the document is held against the schemas by functions/api/openapi-examples.test.ts.
import * as z from "zod";

/** `undefined` where a part that must be there has none. */
export function exampleOf(schema: z.ZodType): unknown {
  const own = schema.meta()?.example;
  if (own !== undefined) return own;
  if (schema instanceof z.ZodLiteral) return schema.value;
  if (schema instanceof z.ZodOptional) return exampleOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodNullable) return exampleOf(schema.unwrap() as z.ZodType) ?? null;
  if (schema instanceof z.ZodArray) return listOf(exampleOf(schema.element as z.ZodType));
  if (schema instanceof z.ZodObject) return ofShape(schema.shape);
  return undefined;
}

function listOf(one: unknown): unknown {
  return one === undefined ? undefined : [one];
}

function ofShape(shape: Record<string, z.ZodType>): unknown {
  const told = Object.entries(shape).map(([name, part]) => [name, exampleOf(part)] as const);
  const lacks = told.some(([name, one]) => one === undefined && !shape[name]!.safeParse(undefined).success);
  return lacks ? undefined : Object.fromEntries(told.filter(([, one]) => one !== undefined));
}
