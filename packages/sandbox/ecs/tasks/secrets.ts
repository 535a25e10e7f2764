// The secrets of a container, fetched with the credentials of the execution role when the task starts. ValueFrom is a
// secret of Secrets Manager (`arn:…:secret:name[:json-key[:version-stage[:version-id]]]`) or a parameter (name or ARN).
import type { Secret } from "@aws-sdk/client-ecs";
import type { GetSecretValueResponse } from "@aws-sdk/client-secrets-manager";
import type { GetParametersResult } from "@aws-sdk/client-ssm";
import type { Platform } from "../../platform.ts";
import { TaskFailure } from "./live-task.ts";

/** Throws ResourceInitializationError. */
export async function readSecrets(
  platform: Platform,
  secrets: Secret[],
  principal: string,
): Promise<Record<string, string>> {
  const read = async ({ name, valueFrom }: Secret) => [name!, await readOne(platform, valueFrom!, principal)];
  try {
    return Object.fromEntries(await Promise.all(secrets.map(read))) as Record<string, string>;
  } catch (error) {
    throw new TaskFailure(
      "ResourceInitializationError",
      `unable to pull secrets or registry auth: execution resource retrieval failed: ${(error as Error).message}`,
      error,
    );
  }
}

function readOne(platform: Platform, valueFrom: string, principal: string): Promise<string> {
  return valueFrom.startsWith("arn:aws:secretsmanager:")
    ? readSecret(platform, valueFrom, principal)
    : readParameter(platform, valueFrom, principal);
}

async function readSecret(platform: Platform, valueFrom: string, principal: string): Promise<string> {
  const parts = valueFrom.split(":");
  const [key, stage, version] = parts.slice(7);
  const asked = {
    SecretId: parts.slice(0, 7).join(":"),
    VersionStage: stage || undefined,
    VersionId: version || undefined,
  };
  const answer = (await platform.call(
    "secretsmanager",
    "GetSecretValue",
    asked,
    principal,
    regionOf(valueFrom),
  )) as GetSecretValueResponse;
  const text = answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString("utf8");
  if (!key) return text;
  const value = (JSON.parse(text) as Record<string, unknown>)[key];
  if (value === undefined)
    throw new Error(`retrieved secret from Secrets Manager did not contain json key ${key}`);
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function readParameter(platform: Platform, name: string, principal: string): Promise<string> {
  const asked = { Names: [name], WithDecryption: true };
  const answer = (await platform.call(
    "ssm",
    "GetParameters",
    asked,
    principal,
    regionOf(name),
  )) as GetParametersResult;
  const value = answer.Parameters?.[0]?.Value;
  if (value === undefined) throw new Error(`invalid ssm parameters: ${name}`);
  return value;
}

/** What is in another region is named by its whole ARN, and is found there (ECS API Reference, Secret, valueFrom). */
function regionOf(nameOrArn: string): string | undefined {
  return /^arn:aws:(?:secretsmanager|ssm):([^:]+):/.exec(nameOrArn)?.[1];
}
