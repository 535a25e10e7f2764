// One role per function, state machine, project and schedule, each with only its own statements.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Blueprint } from "#infra/blueprint.ts";
import { policyDocument, trustPolicy } from "#infra/policy.ts";
import { rolesOf } from "#infra/roles.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployRoles(plan: Blueprint, access: AwsAccess): Promise<void> {
  const iam = new IAMClient(access);
  await Promise.all(
    rolesOf(plan).map(async ({ short, service, statements }) => {
      const RoleName = plan.names.roleName(short);
      const AssumeRolePolicyDocument = trustPolicy(service, plan.installation.account);
      await ignoring(
        "EntityAlreadyExistsException",
        iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })),
      );
      // A policy without statements is refused, and a role without a policy may do nothing.
      if (statements.length === 0) return;
      await iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName: "grants",
          PolicyDocument: policyDocument(statements),
        }),
      );
    }),
  );
}
