// What an environment's settings look like against the platform, for `tutti doctor`: one check for each thing that a setting names. A check
// looks and changes nothing; what is wrong is a value, never an exception.
import { isForEach, roleFor } from "../domain/app-role.ts";
import { TuttiError } from "../errors.ts";

/** `path`: of the setting, dotted. `mend`: what a person does about it; null where all is well. */
export type Check = { path: string; ok: boolean; detail: string; mend: string | null };

/** `servicesOf`: which services may assume a role; throws where there is no such role. `apps`: those of the kind that the environment has. */
export type RoleReader = { servicesOf(roleArn: string): Promise<string[]>; apps: string[] };

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

/** A role that is handed to a service must be assumable by it; where there is one for each app, that of each app which is there. */
export function checkRole(
  path: string,
  roleArn: string,
  service: string,
  roles?: RoleReader,
): Promise<Check> {
  const mend = `Make the role ${roleArn}, with a trust policy that lets ${service} assume it.`;
  return check(path, mend, async () => {
    if (!roles) throw new Error("Roles cannot be read here.");
    if (!isForEach(roleArn)) {
      await assertAssumable(roleArn, service, roles);
      return `${service} may assume it.`;
    }
    const looks = roles.apps.map((app) => assertAssumable(roleFor(app, roleArn), service, roles));
    const wrong = (await Promise.allSettled(looks)).filter((one) => one.status === "rejected");
    // Whoever may not look at one may look at none: that is told as it is, with its own way to mend it.
    const denied = wrong.find(({ reason }) => mendOf(reason) !== null);
    if (denied) throw denied.reason;
    if (wrong.length > 0) throw new Error(wrong.map(({ reason }) => (reason as Error).message).join(" "));
    return `A role for each app: ${service} may assume those of ${roles.apps.join(", ") || "none, since no app is there yet"}.`;
  });
}

async function assertAssumable(roleArn: string, service: string, roles: RoleReader): Promise<void> {
  let services: string[];
  try {
    services = await roles.servicesOf(roleArn);
  } catch (cause) {
    if (mendOf(cause) !== null) throw cause;
    throw new Error(`${roleArn}: ${(cause as Error).message}.`, { cause });
  }
  if (services.includes(service)) return;
  throw new Error(`${roleArn} may be assumed by ${services.join(", ") || "nobody"}, not by ${service}.`);
}
