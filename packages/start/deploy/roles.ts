// One role per function, state machine, project and schedule, each with only its own statements.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Blueprint, Statement } from "#infra/blueprint.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployRoles(plan: Blueprint, access: AwsAccess): Promise<void> {
  const iam = new IAMClient(access);
  const roles = [
    ...plan.functions,
    ...plan.stateMachines,
    ...plan.projects,
    plan.appFunctionRole,
    ...plan.schedules.map((one) => ({ short: "schedule", statements: one.statements })),
  ];
  await Promise.all(
    roles.map(async ({ short, statements }) => {
      const RoleName = plan.names.roleName(short);
      await ignoring(
        "EntityAlreadyExistsException",
        iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy() })),
      );
      // A policy without statements is refused, and a role without a policy may do nothing.
      if (statements.length === 0) return;
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "grants", PolicyDocument: policy(statements) }),
      );
    }),
  );
}

function policy(statements: Statement[]): string {
  const Statement = statements.map((one) => ({
    Effect: "Allow",
    Action: one.actions,
    Resource: one.resources,
    Condition: one.conditions,
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function trustPolicy(): string {
  const Service = [
    "lambda.amazonaws.com",
    "states.amazonaws.com",
    "scheduler.amazonaws.com",
    "codebuild.amazonaws.com",
  ];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
}
