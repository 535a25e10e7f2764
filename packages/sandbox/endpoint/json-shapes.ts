// JSON on the wire to values and back, along a schema: dates as seconds (or as the trait says), bytes as base64.
// Members that the schema does not know are dropped on the way in, as AWS does.
import type { NormalizedSchema } from "@smithy/core/schema";
import { parseTimestamp, timestampText } from "./timestamps.ts";

/** `jsonNames`: restJson1 renames members by trait, the awsJson protocols do not. */
export function readJson(schema: NormalizedSchema, value: unknown, jsonNames: boolean): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema()) return readStruct(schema, value as Record<string, unknown>, jsonNames);
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    return (value as unknown[]).map((entry) => readJson(member, entry, jsonNames) ?? null);
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    return mapValues(value as Record<string, unknown>, (entry) => readJson(member, entry, jsonNames) ?? null);
  }
  if (schema.isBlobSchema()) return Buffer.from(value as string, "base64");
  if (schema.isTimestampSchema()) return parseTimestamp(value as string | number);
  return value;
}

function readStruct(schema: NormalizedSchema, value: Record<string, unknown>, jsonNames: boolean) {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const read = readJson(member, value[wireName(member, name, jsonNames)], jsonNames);
    if (read !== undefined) result[name] = read;
  }
  return result;
}

export function writeJson(schema: NormalizedSchema, value: unknown, jsonNames: boolean): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema()) return writeStruct(schema, value as Record<string, unknown>, jsonNames);
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    return (value as unknown[]).map((entry) => writeJson(member, entry, jsonNames) ?? null);
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    return mapValues(value as Record<string, unknown>, (entry) => writeJson(member, entry, jsonNames));
  }
  if (schema.isBlobSchema()) return toBuffer(value).toString("base64");
  if (schema.isTimestampSchema()) return timestampText(schema, value as Date | number, "epoch-seconds");
  return value;
}

function writeStruct(schema: NormalizedSchema, value: Record<string, unknown>, jsonNames: boolean) {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const written = writeJson(member, value[name], jsonNames);
    if (written !== undefined) result[wireName(member, name, jsonNames)] = written;
  }
  return result;
}

function wireName(member: NormalizedSchema, name: string, jsonNames: boolean): string {
  return jsonNames ? ((member.getMergedTraits() as { jsonName?: string }).jsonName ?? name) : name;
}

export function toBuffer(value: unknown): Buffer {
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(value as Uint8Array);
}

function mapValues(from: Record<string, unknown>, change: (value: unknown) => unknown) {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(from)) result[key] = change(value);
  return result;
}
