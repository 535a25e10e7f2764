import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema } from "./json-schema.ts";

const FILE = join(import.meta.dirname, "../schema/tutti.json");

test("the JSON Schema in the repository is the one made from the schema that validates", () => {
  const current = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
  if (process.env.GOLDEN === "write") writeFileSync(FILE, current);
  expect(readFileSync(FILE, "utf8")).toBe(current);
});

test("every key of the JSON Schema is described", () => {
  const bare: string[] = [];
  walk(jsonSchema(), "", bare);
  expect(bare).toEqual([]);
});

function walk(schema: unknown, path: string, bare: string[]): void {
  const { properties, additionalProperties } = schema as Record<
    string,
    Record<string, { description?: string }>
  >;
  for (const [key, inner] of Object.entries(properties ?? {})) {
    if (inner.description === undefined) bare.push(`${path}${key}`);
    walk(inner, `${path}${key}.`, bare);
  }
  if (typeof additionalProperties === "object") walk(additionalProperties, `${path}*.`, bare);
}
