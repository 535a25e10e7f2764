// Whether what a function prints is kept: Lambda writes it to CloudWatch Logs as the function's own role, and where that may not, it is lost
// and nobody is told (Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"). A group that the function names
// is somebody's own; Lambda's is made with the first line.
import type { Platform } from "../platform.ts";
import { logGroupOf } from "./configuration.ts";
import type { FunctionRecord } from "./records.ts";

export function mayWriteLogs(platform: Platform, record: FunctionRecord): boolean {
  const { latest } = record;
  const group = `arn:aws:logs:${platform.region}:${platform.accountId}:log-group:${logGroupOf(record, latest)}`;
  const calls = ["CreateLogStream", "PutLogEvents"];
  return calls.every((call) =>
    platform.allows(latest.role, `logs:${call}`, `${group}:log-stream:${record.name}`),
  );
}
