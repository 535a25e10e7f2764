// The Cloud Map service of a target, named as its app in the environment's namespace, and known by its tags: one of that name that
// somebody else made, or another environment of the same namespace, is left alone.
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  type InstanceSummary,
  ListInstancesCommand,
  type ListInstancesCommandOutput,
  ListServicesCommand,
  type ListServicesCommandOutput,
  ListTagsForResourceCommand,
  type ServiceDiscoveryClient,
  type ServiceSummary,
} from "@aws-sdk/client-servicediscovery";
import { TuttiError } from "#core/errors.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { Who } from "./names.ts";
import { readNamespace } from "./namespace.ts";

/** Who asked is asked again so soon: less than the shortest sensible drain, so that nobody goes to a copy that is gone. */
const TTL_SECONDS = 5;

export async function findService(
  client: ServiceDiscoveryClient,
  { app, environment }: Who,
): Promise<ServiceSummary | null> {
  const Filters = [
    { Name: "NAMESPACE_ID" as const, Values: [namespaceId(environment.discovery!.namespaceArn)] },
  ];
  let NextToken: string | undefined;
  do {
    const page: ListServicesCommandOutput = await callAws("servicediscovery:ListServices", (abortSignal) =>
      client.send(new ListServicesCommand({ Filters, NextToken }), { abortSignal }),
    );
    const found = page.Services?.find(({ Name }) => Name === app);
    if (found) return found;
    NextToken = page.NextToken;
  } while (NextToken);
  return null;
}

export async function listInstances(
  client: ServiceDiscoveryClient,
  ServiceId: string,
): Promise<InstanceSummary[]> {
  const found: InstanceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page: ListInstancesCommandOutput = await callAws("servicediscovery:ListInstances", (abortSignal) =>
      client.send(new ListInstancesCommand({ ServiceId, NextToken }), { abortSignal }),
    );
    found.push(...(page.Instances ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** Its id. Throws `conflict` where the name is somebody else's. */
export async function ensureService(client: ServiceDiscoveryClient, target: Who): Promise<string> {
  const found = await findService(client, target);
  if (found) return owned(client, target, found);
  try {
    return await create(client, target);
  } catch (error) {
    // Of two who make it one is first.
    const known = isAwsError(error, "ServiceAlreadyExists") ? await findService(client, target) : null;
    if (!known) throw error;
    return owned(client, target, known);
  }
}

async function create(client: ServiceDiscoveryClient, { app, environment }: Who): Promise<string> {
  const NamespaceId = namespaceId(environment.discovery!.namespaceArn);
  const namespace = await readNamespace(client, NamespaceId);
  // A namespace for the API alone has no records.
  const dns = namespace?.Type === "HTTP" ? {} : { DnsConfig: RECORDS };
  const Tags = [
    { Key: "tutti:app", Value: app },
    { Key: "tutti:environment", Value: environment.name },
  ];
  const command = new CreateServiceCommand({ Name: app, NamespaceId, ...dns, Tags });
  const { Service } = await callAws("servicediscovery:CreateService", (abortSignal) =>
    client.send(command, { abortSignal }),
  );
  return Service!.Id!;
}

/** Every copy that is there, eight at a time in turn (Cloud Map API reference, DnsConfig, RoutingPolicy). */
const RECORDS = {
  RoutingPolicy: "MULTIVALUE" as const,
  DnsRecords: [{ Type: "A" as const, TTL: TTL_SECONDS }],
};

async function owned(client: ServiceDiscoveryClient, target: Who, found: ServiceSummary): Promise<string> {
  if (await isOurs(client, target, found)) return found.Id!;
  const { app, environment } = target;
  throw new TuttiError(
    "conflict",
    `discovery: the name ${app} in ${environment.discovery!.namespaceArn} is not that of ${app}/${environment.name}: its service does not carry these tags.`,
  );
}

async function isOurs(
  client: ServiceDiscoveryClient,
  { app, environment }: Who,
  { Arn }: ServiceSummary,
): Promise<boolean> {
  const { Tags = [] } = await callAws("servicediscovery:ListTagsForResource", (abortSignal) =>
    client.send(new ListTagsForResourceCommand({ ResourceARN: Arn }), { abortSignal }),
  );
  const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value]));
  return tags.get("tutti:app") === app && tags.get("tutti:environment") === environment.name;
}

/** With all that is found under it. Throws `conflict` while some are on their way out; nothing there, or somebody else's, is fine. */
export async function deleteService(client: ServiceDiscoveryClient, target: Who): Promise<void> {
  const found = await findService(client, target);
  if (!found || !(await isOurs(client, target, found))) return;
  const ServiceId = found.Id!;
  for (const { Id } of await listInstances(client, ServiceId)) await leaveNow(client, ServiceId, Id!);
  try {
    await callAws("servicediscovery:DeleteService", (abortSignal) =>
      client.send(new DeleteServiceCommand({ Id: ServiceId }), { abortSignal }),
    );
  } catch (error) {
    if (isAwsError(error, "ServiceNotFound")) return;
    if (!isAwsError(error, "ResourceInUse")) throw error;
    throw new TuttiError("conflict", `The name ${target.app} still has copies that are leaving it.`, {
      cause: error,
    });
  }
}

async function leaveNow(
  client: ServiceDiscoveryClient,
  ServiceId: string,
  InstanceId: string,
): Promise<void> {
  try {
    await callAws("servicediscovery:DeregisterInstance", (abortSignal) =>
      client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "InstanceNotFound", "DuplicateRequest", "ResourceInUse")) throw error;
  }
}

/** `arn:aws:servicediscovery:<region>:<account>:namespace/<id>` */
function namespaceId(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
