// The environment variables that a function finds: its own, its role's credentials, and what Lambda always sets.
import type { Platform } from "../platform.ts";
import { logGroupOf } from "./configuration.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
export function variablesOf(
  platform: Platform,
  record: FunctionRecord,
  version: VersionRecord,
  taskRoot: string,
): Record<string, string> {
  const credentials = platform.credentialsOf(version.role);
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    ...version.environment,
    AWS_REGION: platform.region,
    AWS_DEFAULT_REGION: platform.region,
    AWS_ENDPOINT_URL: platform.endpoint,
    AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {}),
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMib),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(record, version),
    AWS_LAMBDA_LOG_STREAM_NAME: version.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: version.handler,
  };
}
