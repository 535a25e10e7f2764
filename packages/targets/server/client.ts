// The few SDK calls that servers need, each with a time-out, and AWS's errors put into Tutti's words.

import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  type CommandInvocation,
  DescribeInstanceInformationCommand,
  type InstanceInformation,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Artifact } from "#core/domain/release.ts";
import { TuttiError } from "#core/errors.ts";

export type ServerClients = {
  ssm: SSMClient;
  s3: S3Client;
  secrets: SecretsManagerClient;
  elb: ElasticLoadBalancingV2Client;
};

const CALL_MILLISECONDS = 10_000;
/** A link in a command's parameters is kept in SSM's history; it is worth nothing soon after. */
const LINK_SECONDS = 300;
/** SSM takes at most 50 ids in one call (SendCommand, InstanceIds) and 5 pages of 50 cover a shard's pool quickly. */
export const MOST_INSTANCES = 50;

export async function listInstances(
  { ssm }: Pick<ServerClients, "ssm">,
  tags: Record<string, string>,
): Promise<InstanceInformation[]> {
  const Filters = Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Values: [value] }));
  const found: InstanceInformation[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call("ssm:DescribeInstanceInformation", (abortSignal) =>
      ssm.send(new DescribeInstanceInformationCommand({ Filters, MaxResults: 50, NextToken }), {
        abortSignal,
      }),
    );
    found.push(...(page.InstanceInformationList ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** `TimeoutSeconds` is how long SSM may take to deliver it; 30 is the least that SSM allows. */
export async function sendCommand(
  { ssm }: Pick<ServerClients, "ssm">,
  instanceIds: string[],
  script: string,
  timeoutSeconds: number,
): Promise<string> {
  const answer = await call("ssm:SendCommand", (abortSignal) =>
    ssm.send(
      new SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: instanceIds,
        MaxConcurrency: "100%",
        MaxErrors: "100%",
        TimeoutSeconds: 30,
        Parameters: { commands: [script], executionTimeout: [String(timeoutSeconds)] },
      }),
      { abortSignal },
    ),
  );
  return answer.Command!.CommandId!;
}

export async function listInvocations(
  { ssm }: Pick<ServerClients, "ssm">,
  CommandId: string,
): Promise<CommandInvocation[]> {
  const answer = await call("ssm:ListCommandInvocations", (abortSignal) =>
    ssm.send(new ListCommandInvocationsCommand({ CommandId, Details: true, MaxResults: MOST_INSTANCES }), {
      abortSignal,
    }),
  );
  return answer.CommandInvocations ?? [];
}

export async function readSecret({ secrets }: Pick<ServerClients, "secrets">, id: string): Promise<string> {
  const answer = await call("secretsmanager:GetSecretValue", (abortSignal) =>
    secrets.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal }),
  );
  if (!answer.SecretString) throw new TuttiError("invalid_input", `The secret ${id} holds no text.`);
  return answer.SecretString;
}

/** A link that anyone may download the artifact with, for five minutes. */
export function downloadLink({ s3 }: Pick<ServerClients, "s3">, artifact: Artifact): Promise<string> {
  const parts = /^s3:\/\/([^/]+)\/(.+)$/.exec(artifact.uri ?? "");
  if (!parts)
    throw new TuttiError("invalid_input", `artifact.uri: "${artifact.uri}" is not s3://bucket/key.`);
  const [, Bucket, Key] = parts;
  return getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: LINK_SECONDS });
}

async function call<T>(action: string, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await send(AbortSignal.timeout(CALL_MILLISECONDS));
  } catch (cause) {
    throw translate(action, cause);
  }
}

function translate(action: string, cause: unknown): TuttiError {
  const { name, message } = cause as Error;
  if (/AccessDenied|NotAuthorized|UnauthorizedOperation/.test(name))
    return new TuttiError("platform_denied", `${action} was denied: ${message}`, { cause });
  if (name === "AbortError" || name === "TimeoutError")
    return new TuttiError("unreachable", `${action} did not answer within ${CALL_MILLISECONDS / 1000} s.`, {
      cause,
    });
  return new TuttiError("driver_failed", `${action} failed: ${name}: ${message}`, { cause });
}
