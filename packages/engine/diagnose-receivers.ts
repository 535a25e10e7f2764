// Whether the secrets that an environment's receivers name are there: what they hold is read by the function that calls them alone.
import type { Environment } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";
import type { EngineDeps } from "./deps.ts";

export function checkReceivers(deps: EngineDeps, { notifications = [] }: Environment): Promise<Check[]> {
  const prefix = deps.notificationSecretPrefix;
  if (prefix === undefined) return Promise.resolve([]);
  const named = notifications.flatMap((receiver, i) =>
    (["secret", "urlSecret"] as const).flatMap((key) => {
      const secret = receiver[key];
      return secret === undefined
        ? []
        : [{ path: `notifications.${i}.${key}`, name: prefix + secret, receiver }];
    }),
  );
  return Promise.all(
    named.map(({ path, name, receiver }) =>
      check(path, mendOf(name), async () => {
        const version = await deps.secrets.versionOf({ store: "secretsmanager", name });
        if (version === null)
          throw new Error(`There is no secret ${name}: ${receiver.name} is told nothing.`);
        return `The secret ${name} is there.`;
      }),
    ),
  );
}

function mendOf(name: string): string {
  return `aws secretsmanager create-secret --name ${name} --secret-string …`;
}
