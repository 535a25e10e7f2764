// Credentials of a Lambda function, which its runtime puts into the environment. Takes the place of the SDK's default
// provider in the bundles (packages/infra/bundles/bundle-options.ts), which would look in files, SSO and metadata services too.
// Lambda renews credentials by a new environment only, so they are read at each request for them and never expire here.

export type EnvironmentCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** The name that SDK clients import. */
export function defaultProvider(): () => Promise<EnvironmentCredentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      const message = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set";
      throw Object.assign(new Error(message), { name: "CredentialsProviderError" });
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}
