// The errors of Lambda's API, worded as AWS words them, so that what a driver learns here holds there.
import { AwsError } from "../platform.ts";

export const notFound = (arn: string) =>
  new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, { Type: "User" });

export const nothingThere = () =>
  new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", { Type: "User" });

export const conflict = (message: string) =>
  new AwsError("ResourceConflictException", message, { Type: "User" });

export const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", message, { Type: "User" });

export const notImplemented = (what: string) => invalid(`${what} is not implemented in this sandbox`);

export const throttled = (reason: string) =>
  new AwsError("TooManyRequestsException", "Rate Exceeded.", { Type: "User", Reason: reason });

export const tooLarge = (sizeBytes: number, limitBytes: number) =>
  new AwsError(
    "RequestTooLargeException",
    `${sizeBytes} byte payload is too large for the RequestResponse invocation type (limit ${limitBytes} bytes)`,
    { Type: "User" },
  );

/** An optimistic lock that did not hold. */
export function checkRevision(asked: string | undefined, current: string): void {
  if (asked === undefined || asked === current) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    { Type: "User" },
  );
}
