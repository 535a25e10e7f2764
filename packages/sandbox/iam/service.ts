// IAM: roles, their inline policies, and server certificates. Managed policies, users and groups are not implemented, and say so.
import { randomBytes } from "node:crypto";
import * as iam from "@aws-sdk/client-iam";
import { AwsError, type Handler, type Platform, type Service } from "../platform.ts";
import type { Access } from "./access.ts";
import { parsePolicy } from "./policy.ts";
import type { Role, Roles } from "./roles.ts";
import { serverCertificates } from "./server-certificates.ts";

export function createIam(platform: Platform, roles: Roles, access: Access): Service {
  const { accountId } = platform;
  return {
    name: "iam",
    module: iam,
    Client: iam.IAMClient,
    handlers: {
      ...roleHandlers(platform, roles, access),
      ...policyHandlers(roles),
      ...serverCertificates(platform),
    },
    iamResources: Object.fromEntries(
      ["CreateRole", "GetRole", "DeleteRole", "PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy"].map(
        (operation) => [
          operation,
          (input) => [roles.get(input.RoleName)?.arn ?? arnOf(accountId, input.Path ?? "/", input.RoleName)],
        ],
      ),
    ),
  };
}

function roleHandlers(platform: Platform, roles: Roles, access: Access): Record<string, Handler> {
  return {
    CreateRole(input: iam.CreateRoleRequest) {
      const name = requireName(input.RoleName);
      if (roles.get(name))
        throw new AwsError("EntityAlreadyExistsException", `Role with name ${name} already exists.`);
      const path = input.Path ?? "/";
      const role: Role = {
        name,
        id: `AROA${randomBytes(8).toString("hex").toUpperCase()}`,
        path,
        arn: arnOf(platform.accountId, path, name),
        description: input.Description,
        trustPolicy: input.AssumeRolePolicyDocument ?? "{}",
        createdAt: new Date(platform.now()).toISOString(),
        maxSessionSeconds: input.MaxSessionDuration ?? 3600,
        tags: (input.Tags ?? []) as Role["tags"],
        policies: {},
      };
      roles.set(name, role);
      return { Role: describe(role) };
    },
    GetRole: (input: iam.GetRoleRequest) => ({ Role: describe(find(roles, input.RoleName)) }),
    ListRoles: () => ({ Roles: roles.list().map(describe), IsTruncated: false }),
    UpdateAssumeRolePolicy(input: iam.UpdateAssumeRolePolicyRequest) {
      const role = find(roles, input.RoleName);
      roles.set(role.name, { ...role, trustPolicy: input.PolicyDocument ?? "{}" });
    },
    DeleteRole(input: iam.DeleteRoleRequest) {
      const role = find(roles, input.RoleName);
      if (Object.keys(role.policies).length > 0)
        throw new AwsError("DeleteConflictException", "Cannot delete entity, must delete policies first.");
      access.forget(role.arn);
      roles.delete(role.name);
    },
  };
}

function policyHandlers(roles: Roles): Record<string, Handler> {
  return {
    PutRolePolicy(input: iam.PutRolePolicyRequest) {
      const role = find(roles, input.RoleName);
      parsePolicy(input.PolicyDocument ?? "");
      const policies = { ...role.policies, [input.PolicyName as string]: input.PolicyDocument as string };
      roles.set(role.name, { ...role, policies });
    },
    GetRolePolicy(input: iam.GetRolePolicyRequest) {
      const role = find(roles, input.RoleName);
      const document = role.policies[input.PolicyName as string];
      if (document === undefined) throw noPolicy(input.PolicyName);
      return {
        RoleName: role.name,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeURIComponent(document),
      };
    },
    ListRolePolicies: (input: iam.ListRolePoliciesRequest) => ({
      PolicyNames: Object.keys(find(roles, input.RoleName).policies).sort(),
      IsTruncated: false,
    }),
    ListAttachedRolePolicies(input: iam.ListAttachedRolePoliciesRequest) {
      find(roles, input.RoleName);
      return { AttachedPolicies: [], IsTruncated: false };
    },
    DeleteRolePolicy(input: iam.DeleteRolePolicyRequest) {
      const role = find(roles, input.RoleName);
      const { [input.PolicyName as string]: gone, ...policies } = role.policies;
      if (gone === undefined) throw noPolicy(input.PolicyName);
      roles.set(role.name, { ...role, policies });
    },
  };
}

function describe(role: Role) {
  return {
    RoleName: role.name,
    RoleId: role.id,
    Path: role.path,
    Arn: role.arn,
    Description: role.description,
    CreateDate: new Date(role.createdAt),
    MaxSessionDuration: role.maxSessionSeconds,
    // IAM answers documents percent-encoded (RFC 3986), see GetRole in the IAM API reference.
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
    Tags: role.tags,
  };
}

function find(roles: Roles, name: string | undefined): Role {
  const role = name === undefined ? undefined : roles.get(name);
  if (!role) throw new AwsError("NoSuchEntityException", `The role with name ${name} cannot be found.`);
  return role;
}

function requireName(name: string | undefined): string {
  // The pattern of RoleName in the IAM API reference.
  if (!name || !/^[\w+=,.@-]{1,64}$/.test(name))
    throw new AwsError("ValidationError", `The role name ${name} is not valid.`);
  return name;
}

function noPolicy(name: string | undefined): AwsError {
  return new AwsError("NoSuchEntityException", `The role policy with name ${name} cannot be found.`);
}

function arnOf(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:role${path}${name}`;
}
