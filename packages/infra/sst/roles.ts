// Roles and their policies. SST's own for a function would trust the whole account and take AWSLambdaBasicExecutionRole, so none
// is left to it.
import type { Blueprint } from "../blueprint.ts";
import { policyDocument, trustPolicy } from "../policy.ts";
import { rolesOf } from "../roles.ts";
import { logicalName } from "./logical-name.ts";

/** `ready`: what must be there before the role is used. */
export type BuiltRole = { arn: $util.Output<string>; ready: $util.Resource[] };
export type BuiltRoles = Map<string, BuiltRole>;

export function buildRoles(plan: Blueprint): BuiltRoles {
  const boundary = plan.operating.permissionsBoundaryArn;
  return new Map(
    rolesOf(plan).map(({ short, service, statements }) => {
      const name = `${logicalName(short)}Role`;
      const role = new aws.iam.Role(name, {
        name: plan.names.roleName(short),
        assumeRolePolicy: trustPolicy(service, plan.installation.account),
        ...(boundary ? { permissionsBoundary: boundary } : {}),
      });
      if (statements.length === 0) return [short, { arn: role.arn, ready: [role] }];
      const policy = new aws.iam.RolePolicy(`${name}Policy`, {
        name: "grants",
        role: role.name,
        policy: policyDocument(statements),
      });
      return [short, { arn: role.arn, ready: [role, policy] }];
    }),
  );
}
