// Whether a secret is there and which version an app would read. What asks is a chunk of its own, read when somebody names a
// secret: a cold start need not wait for it.
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { SecretFinder } from "#engine/deps.ts";

/** Has a client's calls counted. */
export type Count = <Client extends SecretsManagerClient | SSMClient>(client: Client) => Client;

const queries = () => import("./secret-queries.ts");

export function secretFinder(count: Count): SecretFinder & { arnOf(name: string): Promise<string | null> } {
  return {
    versionOf: async ({ store, name }) => {
      const { findSecret, parameterVersion } = await queries();
      if (store === "ssm") return parameterVersion(count, name);
      return (await findSecret(count, name))?.version ?? null;
    },
    arnOf: async (name) => (await (await queries()).findSecret(count, name))?.arn ?? null,
  };
}
