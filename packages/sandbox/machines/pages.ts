// Pages of a list, with an opaque token that says where the next one begins.
import { AwsError } from "../platform.ts";

export function pageOf<T>(
  items: T[],
  size: number,
  token: string | undefined,
): { items: T[]; next: string | undefined } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
  if (!Number.isInteger(from) || from < 0)
    throw new AwsError("InvalidNextToken", "The specified token isn't valid.");
  const end = from + size;
  return {
    items: items.slice(from, end),
    next: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}

/** MaxResults, within the limits of the operation. */
export function pageSize(asked: number | undefined, min: number, max: number): number {
  if (asked === undefined) return max;
  if (asked < min || asked > max)
    throw new AwsError("ValidationException", `MaxResults ${asked} is not ${min} to ${max}.`);
  return asked;
}
