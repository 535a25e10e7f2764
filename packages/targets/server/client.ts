// The few SDK calls that servers need, each with a time-out, and AWS's errors put into Tutti's words.

import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  DescribeInstanceInformationCommand,
  type InstanceInformation,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import { TuttiError } from "#core/errors.ts";
import { callAws } from "#targets/host/call-aws.ts";

export type ServerClients = {
  ssm: SSMClient;
  s3: S3Client;
  secrets: SecretsManagerClient;
  elb: ElasticLoadBalancingV2Client;
};

export async function listInstances(
  { ssm }: Pick<ServerClients, "ssm">,
  tags: Record<string, string>,
): Promise<InstanceInformation[]> {
  const Filters = Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Values: [value] }));
  const found: InstanceInformation[] = [];
  let NextToken: string | undefined;
  do {
    const page = await callAws("ssm:DescribeInstanceInformation", (abortSignal) =>
      ssm.send(new DescribeInstanceInformationCommand({ Filters, MaxResults: 50, NextToken }), {
        abortSignal,
      }),
    );
    found.push(...(page.InstanceInformationList ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

export async function readSecret({ secrets }: Pick<ServerClients, "secrets">, id: string): Promise<string> {
  const answer = await callAws("secretsmanager:GetSecretValue", (abortSignal) =>
    secrets.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal }),
  );
  if (!answer.SecretString) throw new TuttiError("invalid_input", `The secret ${id} holds no text.`);
  return answer.SecretString;
}
