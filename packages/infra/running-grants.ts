// What every function and workflow needs to run at all and asks for by no call of its own: its log, and its traces.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

/** In place of AWSLambdaBasicExecutionRole, which would let each function make and write any log group of the account. */
export function writingLogs({ account, region, functionName }: Names, short: string): Statement {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [`arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${functionName(short)}:*`],
  };
}

/**
 * The log of users' functions, in the group that the installation makes for them all. Making one is granted to none: Lambda does that where a
 * function names no group or one that is not there (Lambda developer guide, "Configuring CloudWatch log groups").
 */
export function writingAppLogs({ account, region, appFunctionPrefix }: Names): Statement {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [`arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${appFunctionPrefix}*`],
  };
}

export function tracing(): Statement {
  return {
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
    why: "What is sent to X-Ray knows no resources (Service Authorization Reference, AWS X-Ray).",
  };
}

/** Step Functions asks for the sampling rules as well (Step Functions developer guide, "IAM policies for using X-Ray"). */
export function workflowTracing(): Statement {
  const one = tracing();
  return { ...one, actions: [...one.actions, "xray:GetSamplingRules", "xray:GetSamplingTargets"] };
}

/** For `tutti doctor`. */
export function readingRoles(account: string): Statement {
  return {
    actions: ["iam:GetRole"],
    resources: [`arn:aws:iam::${account}:role/*`],
    why: "An operator names the roles in the environment; who may assume them is read, and nothing changed.",
  };
}
