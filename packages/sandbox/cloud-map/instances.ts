// Instances: registered, taken out, listed and discovered. There is no DNS server here: names are answered by DiscoverInstances.
import type * as sd from "@aws-sdk/client-servicediscovery";
import { AwsError, type Handler } from "../platform.ts";
import { type CloudMap, type Instance, invalid, type NamedService, needService, pageOf } from "./model.ts";

/** Cloud Map API reference, RegisterInstance, InstanceId. */
const ID = /^[0-9a-zA-Z_/:.@-]{1,64}$/;
const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;
const PORT = /^\d{1,5}$/;

const keyOf = (serviceId: string, id: string) => `${serviceId} ${id}`;

export function instanceHandlers(map: CloudMap): Record<string, Handler> {
  const { platform, instances } = map;
  return {
    RegisterInstance({ ServiceId, InstanceId, Attributes = {} }: sd.RegisterInstanceRequest) {
      const service = needService(map, ServiceId!);
      checkInstance(service, InstanceId!, Attributes);
      const key = keyOf(service.id, InstanceId!);
      refuseInProgress(map, instances.get(key));
      const operation = map.begin("REGISTER_INSTANCE", { INSTANCE: InstanceId!, SERVICE: service.id });
      instances.set(key, {
        serviceId: service.id,
        id: InstanceId!,
        attributes: Attributes,
        thereFrom: operation.doneAt,
      });
      return { OperationId: operation.id };
    },
    DeregisterInstance({ ServiceId, InstanceId }: sd.DeregisterInstanceRequest) {
      const service = needService(map, ServiceId!);
      const found = instances.get(keyOf(service.id, InstanceId!));
      if (!found || (found.goneFrom ?? Number.POSITIVE_INFINITY) <= platform.now())
        throw new AwsError("InstanceNotFound", `The instance ${InstanceId} is not registered.`);
      refuseInProgress(map, found);
      const operation = map.begin("DEREGISTER_INSTANCE", { INSTANCE: InstanceId!, SERVICE: service.id });
      instances.set(keyOf(service.id, InstanceId!), { ...found, goneFrom: operation.doneAt });
      return { OperationId: operation.id };
    },
    GetOperation({ OperationId }: sd.GetOperationRequest) {
      const found = map.operations.get(OperationId!);
      if (!found) throw new AwsError("OperationNotFound", `There is no operation ${OperationId}.`);
      const { id, type, targets, submittedAt, doneAt } = found;
      const Status = doneAt <= platform.now() ? "SUCCESS" : "PENDING";
      return {
        Operation: { Id: id, Type: type, Status, Targets: targets, CreateDate: new Date(submittedAt) },
      };
    },
    ListInstances({ ServiceId, ...request }: sd.ListInstancesRequest) {
      const { page, NextToken } = pageOf(map.instancesOf(needService(map, ServiceId!).id), request);
      return { Instances: page.map(({ id, attributes }) => ({ Id: id, Attributes: attributes })), NextToken };
    },
    DiscoverInstances: (input: sd.DiscoverInstancesRequest) => discover(map, input),
  };
}

/** Of two changes of one instance the second is refused until the first is done. */
function refuseInProgress({ platform }: CloudMap, found: Instance | undefined): void {
  if (!found) return;
  const { thereFrom, goneFrom = 0 } = found;
  if (thereFrom > platform.now() || goneFrom > platform.now())
    throw new AwsError("DuplicateRequest", `The instance ${found.id} is being changed.`);
}

function checkInstance(service: NamedService, id: string, attributes: Record<string, string>): void {
  if (!ID.test(id)) throw invalid(`InstanceId ${id} is not valid.`);
  const { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: port } = attributes;
  const records = service.dns?.DnsRecords ?? [];
  if (records.some(({ Type }) => Type === "A" || Type === "SRV") && !address)
    throw invalid("AWS_INSTANCE_IPV4 is required: the service has a record that answers it.");
  if (address && !IPV4.test(address)) throw invalid(`AWS_INSTANCE_IPV4 ${address} is no IPv4 address.`);
  if (port && !PORT.test(port)) throw invalid(`AWS_INSTANCE_PORT ${port} is no port.`);
}

function discover(map: CloudMap, input: sd.DiscoverInstancesRequest): sd.DiscoverInstancesResponse {
  const { NamespaceName, ServiceName, QueryParameters = {}, MaxResults = 100 } = input;
  const namespace = map.namespaces.list().find(({ name }) => name === NamespaceName);
  if (!namespace) throw new AwsError("NamespaceNotFound", `There is no namespace ${NamespaceName}.`);
  const service = map.services
    .list()
    .find(({ namespaceId, name }) => namespaceId === namespace.id && name === ServiceName);
  if (!service)
    throw new AwsError("ServiceNotFound", `There is no service ${ServiceName} in ${NamespaceName}.`);
  const wanted = Object.entries(QueryParameters);
  const found = map
    .instancesOf(service.id)
    .filter(({ attributes }) => wanted.every(([key, value]) => attributes[key] === value));
  return {
    Instances: found.slice(0, MaxResults).map(({ id, attributes }) => ({
      InstanceId: id,
      NamespaceName,
      ServiceName,
      // Without a health check of its own (API reference, HttpInstanceSummary).
      HealthStatus: "UNKNOWN",
      Attributes: attributes,
    })),
  };
}
