// Values for a JSON Schema of the OpenAPI document, and broken ones: what a careless or a hostile program would send.
import fc from "fast-check";

export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
};

export type Resolve = (ref: string) => Schema;

const DEEPEST = 4;

/** As the schema wants it, as far as a schema can say. */
export function arbitraryOf(schema: Schema, resolve: Resolve, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref) return arbitraryOf(resolve(schema.$ref), resolve, depth + 1);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return fc.oneof(...choices.map((one) => arbitraryOf(one, resolve, depth + 1)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) return objectOf(schema, resolve, depth);
  if (type === "array") return listOf(schema, resolve, depth);
  if (type === "integer" || type === "number") return numberOf(schema, type);
  if (type === "boolean") return fc.boolean();
  if (type === "string") return textOf(schema);
  if (type === "null") return fc.constant(null);
  return fc.jsonValue({ maxDepth: 2 });
}

function objectOf(schema: Schema, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const names = depth > DEEPEST ? required : Object.keys(properties);
  const known = fc.record(
    Object.fromEntries(names.map((name) => [name, arbitraryOf(properties[name] ?? {}, resolve, depth + 1)])),
    { requiredKeys: required.filter((name) => names.includes(name)) },
  );
  if (typeof additionalProperties !== "object") return known;
  const more = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    arbitraryOf(additionalProperties, resolve, depth + 1),
    {
      maxKeys: 2,
    },
  );
  return fc.tuple(known, more).map(([one, other]) => ({ ...other, ...(one as object) }));
}

function listOf(schema: Schema, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const least = schema.minItems ?? 0;
  const maxLength = depth > DEEPEST ? least : Math.min(schema.maxItems ?? 3, least + 3);
  return fc.array(arbitraryOf(schema.items ?? {}, resolve, depth + 1), { minLength: least, maxLength });
}

function numberOf({ minimum = -1e6, maximum = 1e6 }: Schema, type: string): fc.Arbitrary<unknown> {
  const bounds = fc.constantFrom(minimum, maximum);
  if (type === "integer")
    return fc.oneof(fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }), bounds);
  return fc.oneof(fc.double({ min: minimum, max: maximum, noNaN: true }), bounds);
}

function textOf({ pattern, minLength = 0, maxLength = 60, format }: Schema): fc.Arbitrary<unknown> {
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) return matching(pattern);
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 60), unit: "grapheme" });
}

/** What a regular expression cannot be read backwards from (look-arounds) is any text. */
function matching(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.string({ maxLength: 60 });
  }
}

const ODD: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 1e308, "", " ", "\0", "../..", "__proto__", "٣", "💥", [], {}, [
    [],
  ]),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constant("x".repeat(70_000)),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value with something wrong in it, somewhere. */
export function broken(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(value, ODD, fc.nat(), fc.constantFrom("replace", "add", "drop", "whole")).map(breakOne);
}

function breakOne([value, odd, seed, how]: [unknown, unknown, number, string]): unknown {
  if (how === "whole" || typeof value !== "object" || value === null) return odd;
  const copy = structuredClone(value) as Record<string, unknown>;
  const keys = Object.keys(copy);
  if (how === "add" || keys.length === 0) {
    if (Array.isArray(copy)) return [...copy, odd];
    return Object.assign(copy, { [`unknown${seed % 10}`]: odd });
  }
  const key = keys[seed % keys.length]!;
  if (how === "drop") delete copy[key];
  else if (typeof copy[key] === "object" && copy[key] !== null && seed % 3 > 0)
    copy[key] = breakOne([copy[key], odd, Math.floor(seed / 3), "replace"]);
  else copy[key] = odd;
  return copy;
}
