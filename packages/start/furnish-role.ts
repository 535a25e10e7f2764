// The roles that apps run as, with the rights that a platform team would give them. Idempotent, as all furnishing is.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { Names } from "#infra/names.ts";
import type { AwsAccess } from "./deploy/access.ts";
import { ignoring } from "./deploy/ignoring.ts";

/** `service`: who may assume it. */
export type RoleWish = { short: string; service: string; statements: object[] };

/** Its ARN. */
export async function furnishRole(access: AwsAccess, names: Names, wish: RoleWish): Promise<string> {
  const iam = new IAMClient(access);
  const RoleName = names.roleName(wish.short);
  const trust = { Effect: "Allow", Principal: { Service: wish.service }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  await ignoring(
    "EntityAlreadyExistsException",
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })),
  );
  if (wish.statements.length > 0) {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: wish.statements });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "apps", PolicyDocument }));
  }
  return names.roleArn(wish.short);
}

/** Who owns a sandbox may put any secret into any app, but for those by which CI proves itself to Tutti and those that certify apps. On AWS name a path: docs/configuration.md. */
export function readingSecrets(names: Names): object[] {
  return [
    {
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters"],
      Resource: "*",
    },
    { Effect: "Deny", Action: "secretsmanager:GetSecretValue", Resource: names.hookSecretsArn },
    { Effect: "Deny", Action: "secretsmanager:GetSecretValue", Resource: names.authoritySecretsArn },
  ];
}
