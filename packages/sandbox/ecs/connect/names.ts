// The services in Cloud Map that stand for discovery names: ECS makes them on its own account, and takes away those that no
// service has any more. A name that somebody else made there is not ECS's to use.
import { setTimeout as sleep } from "node:timers/promises";
import type * as sd from "@aws-sdk/client-servicediscovery";
import { AwsError, type Platform } from "../../platform.ts";
import { invalid } from "../faults.ts";
import type { EcsService } from "../model.ts";
import type { State } from "../state.ts";
import { offersOf } from "./model.ts";

const MAP = "servicediscovery";
const MANAGED = { Key: "AmazonECSManaged", Value: "true" };

export type Namespace = { id: string; arn: string; name: string };

/** By ARN or by name. */
export async function findNamespace(platform: Platform, reference: string): Promise<Namespace> {
  const { Namespaces = [] } = (await platform.call(
    MAP,
    "ListNamespaces",
    {},
    "root",
  )) as sd.ListNamespacesResponse;
  const found = Namespaces.find(({ Arn, Name }) => Arn === reference || Name === reference);
  if (found) return { id: found.Id!, arn: found.Arn!, name: found.Name! };
  throw new AwsError("NamespaceNotFoundException", `Failed to retrieve namespace for ${reference}`);
}

/** The ARN of the name's service, made where there is none. */
export async function ensureName(platform: Platform, namespace: Namespace, name: string): Promise<string> {
  const Filters = [{ Name: "NAMESPACE_ID", Values: [namespace.id] }];
  const listed = await platform.call(MAP, "ListServices", { Filters }, "root");
  const found = (listed as sd.ListServicesResponse).Services?.find((one) => one.Name === name);
  if (!found) {
    const input = { Name: name, NamespaceId: namespace.id, Tags: [MANAGED] };
    const made = (await platform.call(MAP, "CreateService", input, "root")) as sd.CreateServiceResponse;
    return made.Service!.Arn!;
  }
  const tags = await platform.call(MAP, "ListTagsForResource", { ResourceARN: found.Arn }, "root");
  const managed = (tags as sd.ListTagsForResourceResponse).Tags?.some(({ Key }) => Key === MANAGED.Key);
  if (managed) return found.Arn!;
  throw invalid(`The service ${name} already exists in the namespace ${namespace.name}.`);
}

/** Those that no deployment of the service has any more. Nobody waits for it. */
export function forgetNames(state: State, service: EcsService): void {
  const kept = new Set(
    service.deployments.flatMap(({ revision }) =>
      offersOf(revision.connect).map(({ discoveryArn }) => discoveryArn),
    ),
  );
  const gone = (service.names ?? []).filter((arn) => !kept.has(arn));
  service.names = (service.names ?? []).filter((arn) => kept.has(arn));
  for (const arn of gone)
    void settled(async () => {
      const wanted = [...state.services.values()].some(({ names = [] }) => names.includes(arn));
      if (!wanted && !state.stopped) await state.platform.call(MAP, "DeleteService", { Id: arn }, "root");
    }).catch((error: Error) => state.platform.log(`ecs: ${arn} stays in Cloud Map: ${error.message}`));
}

const PAUSE_MILLISECONDS = 100;
const TRIES = 50;

/** A change of Cloud Map takes a moment, and until it is done the next one of the same is refused. */
async function settled(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const code = await ask().then(
      () => null,
      (error: Error & { code?: string }) => {
        if (tries === TRIES || (error.code !== "DuplicateRequest" && error.code !== "ResourceInUse"))
          throw error;
        return error.code;
      },
    );
    if (code === null) return;
    await sleep(PAUSE_MILLISECONDS, undefined, { ref: false });
  }
}

type Registered = { discoveryArn: string; id: string; address: string; port: number };

export async function registerTask(platform: Platform, one: Registered): Promise<void> {
  const Attributes = { AWS_INSTANCE_IPV4: one.address, AWS_INSTANCE_PORT: String(one.port) };
  const input = { ServiceId: one.discoveryArn, InstanceId: one.id, Attributes };
  await settled(() => platform.call(MAP, "RegisterInstance", input, "root"));
}

/** None there, or no such service any more, is fine. */
export async function deregisterTask(
  platform: Platform,
  { discoveryArn, id }: Pick<Registered, "discoveryArn" | "id">,
): Promise<void> {
  const input = { ServiceId: discoveryArn, InstanceId: id };
  await settled(() => platform.call(MAP, "DeregisterInstance", input, "root")).catch(
    (error: { code?: string }) => {
      if (error.code !== "InstanceNotFound" && error.code !== "ServiceNotFound") throw error;
    },
  );
}
