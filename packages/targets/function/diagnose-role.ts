// Whether the role of an environment's functions may be handed to them: by its name, since any role that Lambda may assume could be
// handed on otherwise, Tutti's own among them.
import { type Check, checkRole, missing, type RoleReader } from "#core/driver/diagnosis.ts";

const PATH = "functionRoleArn";

export async function diagnoseRole(
  namePrefix: string,
  roleArn: string,
  roles: RoleReader | undefined,
): Promise<Check> {
  if (roleArn.split(":role/")[1]?.startsWith(namePrefix))
    return checkRole(PATH, roleArn, "lambda.amazonaws.com", roles);
  return missing(
    PATH,
    `Tutti hands functions no role but those named ${namePrefix}…, and this is ${roleArn}.`,
    `Give the role a name that begins with ${namePrefix}.`,
  );
}
