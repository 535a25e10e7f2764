// Clients that have one function's own permissions and no more, so that a driver's missing grant fails in its contract.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { unless } from "#functions/deps/unless.ts";
import { grantsOf } from "#infra/grants.ts";
import { namesOf } from "#infra/names.ts";
import { policyDocument } from "#infra/policy.ts";
import type { Statement } from "#infra/statement.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";

export const NAMES = namesOf({ name: "tutti", account: "000000000000", region: "us-east-1" });

export type Access = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

export function asRoot({ endpoint, rootCredentials: credentials }: Sandbox): Access {
  return { endpoint, region: "us-east-1", credentials };
}

/** Makes the role of that function with the grants of the blueprint. */
export async function asFunction(sandbox: Sandbox, short: string): Promise<Access> {
  const arn = await makeRole(sandbox, short, grantsOf[short]!(NAMES));
  return { ...asRoot(sandbox), credentials: sandbox.platform.credentialsOf(arn) };
}

/** Answers the role's ARN. */
export async function makeRole(sandbox: Sandbox, short: string, statements: Statement[]): Promise<string> {
  const iam = new IAMClient(asRoot(sandbox));
  const RoleName = NAMES.roleName(short);
  // A test that is tried again finds it made.
  const creating = iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
  await unless("EntityAlreadyExistsException", creating);
  const PolicyDocument = policyDocument(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "grants", PolicyDocument }));
  return NAMES.roleArn(short);
}
