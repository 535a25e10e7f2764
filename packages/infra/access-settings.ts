// What an installation may say about access to its API: environment variables of the API function, each under the same
// name where the installation is deployed from. What is not set is left out, and the function's own default holds.

export const ACCESS_VARIABLES = [
  /** Origins of OIDC issuers that may be private, or plain HTTP: `https://id.corp.internal,http://127.0.0.1:9000`. */
  "TUTTI_OIDC_TRUSTED_ORIGINS",
  /** Calls of each token: so many a second, and so many at once. */
  "TUTTI_RATE_PER_SECOND",
  "TUTTI_RATE_BURST",
  /** Attempts with a wrong token, of each source address. */
  "TUTTI_FAILURES_PER_SECOND",
  "TUTTI_FAILURES_BURST",
] as const;

export type AccessSettings = Partial<Record<(typeof ACCESS_VARIABLES)[number], string>>;

export function accessSettings(env: Record<string, string | undefined>): AccessSettings {
  return Object.fromEntries(
    ACCESS_VARIABLES.flatMap((name) => {
      const value = env[name];
      return value ? [[name, value]] : [];
    }),
  );
}
