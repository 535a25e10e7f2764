// Keys of apps and of their environments' authorities. What makes them and writes them into Secrets Manager is a chunk of its own,
// read when an app asks who calls.
import type { IdentityIssuer } from "#engine/deps.ts";
import type { Count } from "./secret-finder.ts";
import type { Settings } from "./settings.ts";

const keys = () => import("./identity-keys.ts");

type Prefixes = Pick<Settings, "identityPrefix" | "authorityPrefix">;

/** A target's secret is `<identityPrefix><app>/<environment>`, an authority's `<authorityPrefix><environment>`. */
export function identityIssuer(count: Count, { identityPrefix, authorityPrefix }: Prefixes): IdentityIssuer {
  const authorityOf = (environment: string) => `${authorityPrefix}${environment}`;
  return {
    authority: async (environment) => {
      const secret = authorityOf(environment);
      return { environment, secret, keys: await (await keys()).publicKeysOf(count, secret) };
    },
    issue: async ({ app, environment }, at) =>
      (await keys()).issueIdentity(count, {
        authority: authorityOf(environment),
        secret: `${identityPrefix}${app}/${environment}`,
        subject: `${app}/${environment}`,
        at,
      }),
    remove: async ({ secret }) => (await keys()).removeIdentity(count, secret),
  };
}
