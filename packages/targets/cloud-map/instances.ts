// The calls about single copies under a name.
import {
  DeregisterInstanceCommand,
  type InstanceSummary,
  RegisterInstanceCommand,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { Entry } from "./names.ts";
import { listInstances } from "./service.ts";

/** Cloud Map API reference, RegisterInstance, InstanceId. */
const LONGEST_ID = 64;
/** Another change of the same instance is under way: the next look asks again. */
const BUSY = ["DuplicateRequest", "ResourceInUse"];

function idOf({ id }: Entry): string {
  return id.replace(/[^0-9a-zA-Z_/:.@-]/g, "-").slice(-LONGEST_ID);
}

/** `null` where there is no such service any more. */
export async function readInstances(
  client: ServiceDiscoveryClient,
  ServiceId: string,
): Promise<Entry[] | null> {
  try {
    return (await listInstances(client, ServiceId)).map(entryOf);
  } catch (error) {
    if (isAwsError(error, "ServiceNotFound")) return null;
    throw error;
  }
}

function entryOf({ Id = "", Attributes = {} }: InstanceSummary): Entry {
  const { AWS_INSTANCE_IPV4 = "", AWS_INSTANCE_PORT } = Attributes;
  return { id: Id, address: AWS_INSTANCE_IPV4, port: Number(AWS_INSTANCE_PORT) };
}

export async function register(
  client: ServiceDiscoveryClient,
  ServiceId: string,
  entry: Entry,
): Promise<void> {
  const Attributes = { AWS_INSTANCE_IPV4: entry.address, AWS_INSTANCE_PORT: String(entry.port) };
  const command = new RegisterInstanceCommand({ ServiceId, InstanceId: idOf(entry), Attributes });
  await unless(BUSY, "RegisterInstance", (abortSignal) => client.send(command, { abortSignal }));
}

export async function deregister(
  client: ServiceDiscoveryClient,
  ServiceId: string,
  InstanceId: string,
): Promise<void> {
  const command = new DeregisterInstanceCommand({ ServiceId, InstanceId });
  await unless(["InstanceNotFound", ...BUSY], "DeregisterInstance", (abortSignal) =>
    client.send(command, { abortSignal }),
  );
}

async function unless(
  names: string[],
  operation: string,
  send: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    await callAws(`servicediscovery:${operation}`, send);
  } catch (error) {
    if (!isAwsError(error, ...names)) throw error;
  }
}
