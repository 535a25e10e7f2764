// The environment of Tutti's own functions, read once and only here. What is missing is named.

export type Settings = {
  table: string;
  bucket: string;
  /** Where changes are told. */
  bus: string;
  rolloutArn: string;
  /** Driver functions are `<driverPrefix><kind>`. */
  driverPrefix: string;
  /** Users' functions are `<appFunctionPrefix><app>_<environment>`. */
  appFunctionPrefix: string;
  /** Secrets that apps prove with who they are, and those that certify them. */
  identityPrefix: string;
  authorityPrefix: string;
  /** The role of users' functions where an environment names none. */
  appFunctionRoleArn: string | undefined;
  /** Where they write to where an environment names no log group. */
  appFunctionLogGroup: string | undefined;
};

/** Throws a sentence that names the missing variable. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    table: required(env, "TUTTI_TABLE"),
    bucket: required(env, "TUTTI_BUCKET"),
    bus: required(env, "TUTTI_BUS"),
    rolloutArn: required(env, "TUTTI_ROLLOUT_ARN"),
    driverPrefix: required(env, "TUTTI_DRIVER_PREFIX"),
    appFunctionPrefix: required(env, "TUTTI_APP_FUNCTION_PREFIX"),
    identityPrefix: required(env, "TUTTI_IDENTITY_SECRET_PREFIX"),
    authorityPrefix: required(env, "TUTTI_AUTHORITY_SECRET_PREFIX"),
    appFunctionRoleArn: env.TUTTI_APP_FUNCTION_ROLE_ARN || undefined,
    appFunctionLogGroup: env.TUTTI_APP_FUNCTION_LOG_GROUP || undefined,
  };
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
