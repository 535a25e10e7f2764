// What Lambda asks for as a function's role, to put the function into a network.
import type { Statement } from "./statement.ts";

/**
 * The six of AWSLambdaVPCAccessExecutionRole (AWS managed policy reference), without its logs. The key is there where the function's own
 * code calls (Lambda developer guide, "Using source function ARN to control function access behavior"), which has no business with
 * networks: Lambda's own calls bring none, and a negated operator fits a key that is not there (IAM user guide, "Condition operators").
 */
export function attaching(functionArn: string): Statement {
  return {
    actions: [
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ],
    resources: ["*"],
    conditions: { ArnNotLike: { "lambda:SourceFunctionArn": functionArn } },
    why: "Lambda makes and removes its interfaces as the function's role, with ids that nobody knows before; the function's own code may not.",
  };
}
