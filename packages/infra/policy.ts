// IAM documents as both builders write them, so that a permission cannot differ between AWS and the sandbox.
import type { Statement } from "./statement.ts";

export function policyDocument(statements: Statement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((one) => ({
      Effect: "Allow",
      Action: one.actions,
      Resource: one.resources,
      Condition: one.conditions,
    })),
  });
}

/**
 * Services that call in the name of many accounts are held to this one ("The confused deputy problem" in the IAM user guide, and
 * the same chapter in those of Step Functions, EventBridge Scheduler and CodeBuild). Lambda brings no such key when it assumes a
 * function's role.
 */
const TELLS_ACCOUNT = ["states.amazonaws.com", "scheduler.amazonaws.com", "codebuild.amazonaws.com"];

/** Who may assume a role: one service, and nobody of the account. */
export function trustPolicy(service: string, account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        Condition: TELLS_ACCOUNT.includes(service)
          ? { StringEquals: { "aws:SourceAccount": account } }
          : undefined,
      },
    ],
  });
}
