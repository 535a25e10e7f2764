// IAM documents as both builders write them, so that a permission cannot differ between AWS and the sandbox.
import type { Statement } from "./statement.ts";

export function policyDocument(statements: Statement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: gathered(statements).map((one) => ({
      Effect: "Allow",
      Action: one.actions,
      Resource: one.resources,
      Condition: one.conditions,
    })),
  });
}

/** What is allowed on the same resources under the same conditions, said once: IAM counts the characters of a role's policies. */
function gathered(statements: Statement[]): Statement[] {
  const all = new Map<string, Statement>();
  for (const { actions, resources, conditions } of statements) {
    const where = JSON.stringify([resources, conditions]);
    const before = all.get(where)?.actions ?? [];
    const one = { actions: [...new Set([...before, ...actions])], resources };
    all.set(where, conditions ? { ...one, conditions } : one);
  }
  return [...all.values()];
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
