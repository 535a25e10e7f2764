// The few SDK calls that servers need, each with a time-out, and AWS's errors put into Tutti's words.

import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  DescribeInstanceInformationCommand,
  type InstanceInformation,
  type InstanceInformationStringFilter,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { Client } from "#targets/cloud-map/names.ts";
import { callAws } from "#targets/host/call-aws.ts";

export type ServerClients = {
  ssm: SSMClient;
  s3: S3Client;
  /** Made when a pool over SSH wants its key. */
  secrets: () => Promise<SecretsManagerClient>;
  elb: ElasticLoadBalancingV2Client;
  /** Loaded where an environment names a namespace of Cloud Map. */
  discovery: Client;
};

export async function listInstances(
  { ssm }: Pick<ServerClients, "ssm">,
  tags: Record<string, string>,
): Promise<InstanceInformation[]> {
  return describe(
    { ssm },
    Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Values: [value] })),
  );
}

/** Those of these instances whose agent SSM is in touch with. */
export async function onlineAmong({ ssm }: Pick<ServerClients, "ssm">, ids: string[]): Promise<Set<string>> {
  const found = await describe({ ssm }, [{ Key: "InstanceIds", Values: ids }]);
  return new Set(found.filter((one) => one.PingStatus === "Online").map((one) => one.InstanceId ?? ""));
}

async function describe(
  { ssm }: Pick<ServerClients, "ssm">,
  Filters: InstanceInformationStringFilter[],
): Promise<InstanceInformation[]> {
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

/** Loaded when first needed: SSM pools never pay for it. */
export async function readSecret({ secrets }: Pick<ServerClients, "secrets">, id: string): Promise<string> {
  const [{ secretText }, client] = await Promise.all([import("./secret-text.ts"), secrets()]);
  return secretText(client, id);
}
