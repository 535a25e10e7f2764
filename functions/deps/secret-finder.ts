// Whether a secret is there and which version an app would read, by calls that never answer what it holds.
import {
  DescribeSecretCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { SecretFinder } from "#engine/deps.ts";
import { awsOptions } from "./aws-options.ts";

type Count = <Client extends SecretsManagerClient | SSMClient>(client: Client) => Client;

export function secretFinder(count: Count): SecretFinder {
  const secrets = count(new SecretsManagerClient(awsOptions()));
  const ssm = count(new SSMClient(awsOptions()));
  return {
    versionOf: (reference) =>
      reference.store === "ssm"
        ? parameterVersion(ssm, reference.name)
        : secretVersion(secrets, reference.name),
  };
}

/** A secret that is to be deleted, or has no value yet, cannot be read. */
async function secretVersion(client: SecretsManagerClient, SecretId: string): Promise<string | null> {
  try {
    const { DeletedDate, VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    if (DeletedDate) return null;
    const versions = Object.entries(VersionIdsToStages ?? {});
    return versions.find(([, stages]) => stages.includes("AWSCURRENT"))?.[0] ?? null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

async function parameterVersion(client: SSMClient, name: string): Promise<string | null> {
  const ParameterFilters = [{ Key: "Name", Option: "Equals", Values: [name] }];
  const { Parameters = [] } = await client.send(new DescribeParametersCommand({ ParameterFilters }));
  const version = Parameters[0]?.Version;
  return version === undefined ? null : String(version);
}
