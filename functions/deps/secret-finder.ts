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

export function secretFinder(count: Count): SecretFinder & { arnOf(name: string): Promise<string | null> } {
  const secrets = count(new SecretsManagerClient(awsOptions()));
  const ssm = count(new SSMClient(awsOptions()));
  return {
    versionOf: async (reference) => {
      if (reference.store === "ssm") return parameterVersion(ssm, reference.name);
      return (await findSecret(secrets, reference.name))?.version ?? null;
    },
    arnOf: async (name) => (await findSecret(secrets, name))?.arn ?? null,
  };
}

type Found = { arn: string; version: string };

/** A secret that is to be deleted, or has no value yet, cannot be read. */
async function findSecret(client: SecretsManagerClient, SecretId: string): Promise<Found | null> {
  try {
    const { ARN, DeletedDate, VersionIdsToStages } = await client.send(
      new DescribeSecretCommand({ SecretId }),
    );
    const versions = Object.entries(VersionIdsToStages ?? {});
    const version = versions.find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
    return ARN && version && !DeletedDate ? { arn: ARN, version } : null;
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
