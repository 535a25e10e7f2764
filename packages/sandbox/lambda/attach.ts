// Whether Lambda may put a function into the network that it is to be in: it makes the interfaces as the function's own role.
import type { Platform } from "../platform.ts";
import { invalid } from "./faults.ts";
import type { VersionRecord } from "./records.ts";

/** AWS managed policy reference, AWSLambdaVPCAccessExecutionRole, without the logs. */
const NEEDED = [
  "CreateNetworkInterface",
  "DescribeNetworkInterfaces",
  "DescribeSubnets",
  "DeleteNetworkInterface",
  "AssignPrivateIpAddresses",
  "UnassignPrivateIpAddresses",
];

/** Throws InvalidParameterValueException. */
export function checkAttachment(platform: Platform, { vpc, role }: VersionRecord): void {
  if (!vpc) return;
  for (const call of NEEDED)
    if (!platform.allows(role, `ec2:${call}`, "*"))
      throw invalid(`The provided execution role does not have permissions to call ${call} on EC2`);
}
