// The calls that look whether a secret or a parameter is there, and never answer what it holds.
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { awsOptions } from "./aws-options.ts";
import type { Count } from "./secret-finder.ts";
import { unless } from "./unless.ts";

export function secretsClient(count: Count): SecretsManagerClient {
  return count(new SecretsManagerClient(awsOptions()));
}

export type FoundSecret = { arn: string; version: string };

/** `null` where there is none. One that is to be deleted, or has no value yet, cannot be read. */
export async function findSecret(count: Count, SecretId: string): Promise<FoundSecret | null> {
  const client = secretsClient(count);
  const look = client.send(new DescribeSecretCommand({ SecretId }));
  const { ARN, DeletedDate, VersionIdsToStages } = (await unless("ResourceNotFoundException", look)) ?? {};
  const versions = Object.entries(VersionIdsToStages ?? {});
  const version = versions.find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
  return ARN && version && !DeletedDate ? { arn: ARN, version } : null;
}

/** `null` where there is none. */
export async function parameterVersion(count: Count, name: string): Promise<string | null> {
  const ParameterFilters = [{ Key: "Name", Option: "Equals", Values: [name] }];
  const command = new DescribeParametersCommand({ ParameterFilters });
  const { Parameters = [] } = await count(new SSMClient(awsOptions())).send(command);
  const version = Parameters[0]?.Version;
  return version === undefined ? null : String(version);
}
