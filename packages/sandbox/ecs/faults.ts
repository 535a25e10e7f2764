// Errors that several operations share, in AWS's words where it has them.
import { AwsError } from "../platform.ts";

export const invalid = (message: string) => new AwsError("InvalidParameterException", message);

export const clientError = (message: string) => new AwsError("ClientException", message);

export const notImplemented = (what: string) =>
  new AwsError("UnsupportedFeatureException", `The sandbox does not implement ${what}.`);

/** The part of an input that is not implemented, where it is there: an error that names it. */
export function refuseParts(input: object, paths: string[], where: string): void {
  for (const path of paths) {
    const value = (input as Record<string, unknown>)[path];
    const empty = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    if (!empty) throw notImplemented(`${where}.${path}`);
  }
}

export function checkCount(value: number | undefined, min: number, max: number, what: string): number {
  if (value === undefined || !Number.isInteger(value) || value < min || value > max)
    throw invalid(`${what} must be an integer from ${min} to ${max}, not ${value}.`);
  return value;
}
