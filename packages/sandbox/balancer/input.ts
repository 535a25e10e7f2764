// Checks that several operations share, in AWS's words where it has them.
import { randomBytes } from "node:crypto";
import type { Tag } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../platform.ts";
import type { Tags } from "./model.ts";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

/** API reference: at most 32 characters, letters, digits and hyphens, not at either end. */
export function checkName(name: string | undefined, what: string): string {
  if (!name || name.length > 32)
    throw invalid(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name))
    throw invalid(
      `${what} name '${name}' can only contain letters, digits and hyphens, and not begin or end with one`,
    );
  return name;
}

export function checkRange(value: number, min: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw invalid(`${what} must be between ${min} and ${max}, not ${value}`);
  return value;
}

export function tagsOf(tags: Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ""]));
}

/** The last part of an ARN: 16 hexadecimal digits. */
export function newId(): string {
  return randomBytes(8).toString("hex");
}

export function pageOf<T>(
  items: T[],
  marker: string | undefined,
  size = 400,
): { items: T[]; next: string | undefined } {
  const from = marker === undefined ? 0 : Number(marker);
  if (!Number.isInteger(from) || from < 0) throw invalid(`'${marker}' is not a valid marker`);
  checkRange(size, 1, 400, "PageSize");
  return {
    items: items.slice(from, from + size),
    next: from + size < items.length ? String(from + size) : undefined,
  };
}
