// CloudWatch's client for what is counted during a look: in a file of its own, so that its part of the bundle is read only then.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { awsOptions } from "./aws-options.ts";

/** A look waits for it, and goes on without it. */
const COUNT_SECONDS = 3;

export function countingClient(): CloudWatchClient {
  return new CloudWatchClient(awsOptions(COUNT_SECONDS, 2));
}
