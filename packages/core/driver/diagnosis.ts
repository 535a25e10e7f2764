// What an environment's settings look like against the platform, for `tutti doctor`: one check for each thing that a setting names. A check
// looks and changes nothing; what is wrong is a value, never an exception.
import { isForEach } from "../domain/app-role.ts";
import { TuttiError } from "../errors.ts";

/** `path`: of the setting, dotted. `mend`: what a person does about it; null where all is well. */
export type Check = { path: string; ok: boolean; detail: string; mend: string | null };

/** Which services may assume a role; throws where there is no such role. */
export type RoleReader = { servicesOf(roleArn: string): Promise<string[]> };

/** `look` answers what it found, and throws what is wrong. */
export async function check(path: string, mend: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { path, ok: true, detail: await look(), mend: null };
  } catch (error) {
    const detail = (error as Error).message;
    return { path, ok: false, detail, mend: mendOf(error) ?? mend };
  }
}

/** A check of what is missing altogether. */
export function missing(path: string, detail: string, mend: string): Check {
  return { path, ok: false, detail, mend };
}

function mendOf(error: unknown): string | null {
  if (!(error instanceof TuttiError)) return null;
  if (error.code === "platform_denied")
    return "Tutti's own function lacks this permission: deploy the installation again, and look for a boundary or an organisation's policy that takes it away.";
  if (error.code === "unreachable") return "AWS did not answer in time: ask again.";
  return null;
}

/** A role that is handed to a service must be assumable by it. Of one for each app, an environment does not know which there are. */
export function checkRole(
  path: string,
  roleArn: string,
  service: string,
  roles: RoleReader | undefined,
): Promise<Check> {
  return check(
    path,
    `Make the role ${roleArn}, with a trust policy that lets ${service} assume it.`,
    async () => {
      if (isForEach(roleArn)) return "A role for each app: it is looked at when the app is deployed.";
      if (!roles) throw new Error("Roles cannot be read here.");
      const services = await roles.servicesOf(roleArn);
      if (!services.includes(service))
        throw new Error(
          `${roleArn} may be assumed by ${services.join(", ") || "nobody"}, not by ${service}.`,
        );
      return `${service} may assume it.`;
    },
  );
}
