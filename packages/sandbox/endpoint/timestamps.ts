// Instants on the wire. Each protocol has its own default format; a trait on the member may say otherwise.
import type { NormalizedSchema } from "@smithy/core/schema";

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

// The simple schemas of a timestamp with and without a format trait, see @smithy/types TimestampDateTimeSchema.
const FORMATS: Record<number, TimestampFormat> = { 5: "date-time", 6: "http-date", 7: "epoch-seconds" };

export function timestampText(
  schema: NormalizedSchema,
  value: Date | number | string,
  fallback: TimestampFormat,
): string | number {
  const at = value instanceof Date ? value : new Date(value);
  const format = FORMATS[schema.getSchema() as number] ?? fallback;
  if (format === "epoch-seconds") return at.getTime() / 1000;
  return format === "http-date" ? at.toUTCString() : at.toISOString();
}

export function parseTimestamp(value: string | number): Date {
  if (typeof value === "number") return new Date(value * 1000);
  return /^-?\d+(\.\d+)?$/.test(value) ? new Date(Number(value) * 1000) : new Date(value);
}
