// Services of a namespace: what instances are registered under. Health checks by Route 53 or by hand are not implemented.
import type * as sd from "@aws-sdk/client-servicediscovery";
import { AwsError, type Handler } from "../platform.ts";
import {
  type CloudMap,
  idOf,
  invalid,
  type NamedService,
  needNamespace,
  needService,
  newId,
  pageOf,
} from "./model.ts";

/** Cloud Map API reference, CreateService, Name. */
const NAME = /^[A-Za-z0-9_.-]{1,127}$/;
const LATER = ["HealthCheckConfig", "HealthCheckCustomConfig"] as const;

export function serviceHandlers(map: CloudMap): Record<string, Handler> {
  const { platform, services } = map;
  return {
    CreateService(input: sd.CreateServiceRequest) {
      const one = newService(map, input, platform.now());
      services.set(one.id, one);
      return { Service: viewOf(map, one) };
    },
    GetService: ({ Id }: sd.GetServiceRequest) => ({ Service: viewOf(map, needService(map, Id!)) }),
    ListServices({ Filters = [], ...request }: sd.ListServicesRequest) {
      const ids = Filters.filter(({ Name }) => Name === "NAMESPACE_ID").flatMap(({ Values = [] }) =>
        Values.map(idOf),
      );
      const found = services.list().filter((one) => ids.length === 0 || ids.includes(one.namespaceId));
      const { page, NextToken } = pageOf(found, request);
      return { Services: page.map((one) => viewOf(map, one)), NextToken };
    },
    DeleteService({ Id }: sd.DeleteServiceRequest) {
      const { id } = needService(map, Id!);
      if (map.hasInstances(id))
        throw new AwsError("ResourceInUse", `The service ${id} contains registered instances.`);
      services.delete(id);
      return {};
    },
    TagResource({ ResourceARN, Tags = [] }: sd.TagResourceRequest) {
      const one = needService(map, ResourceARN!);
      const names = new Set(Tags.map(({ Key }) => Key));
      services.set(one.id, { ...one, tags: [...one.tags.filter(({ Key }) => !names.has(Key)), ...Tags] });
      return {};
    },
    ListTagsForResource: ({ ResourceARN }: sd.ListTagsForResourceRequest) => ({
      Tags: needService(map, ResourceARN!).tags,
    }),
  };
}

function newService(map: CloudMap, input: sd.CreateServiceRequest, now: number): NamedService {
  const { Name, NamespaceId, Description, DnsConfig, Tags = [] } = input;
  const later = LATER.find((key) => input[key] !== undefined);
  if (later)
    throw new AwsError("NotImplemented", `The sandbox does not implement ${later} of CreateService.`);
  if (!Name || !NAME.test(Name)) throw invalid("Name must be a DNS name.");
  const namespace = needNamespace(map, NamespaceId ?? DnsConfig?.NamespaceId ?? "");
  if (DnsConfig && namespace.type === "HTTP")
    throw invalid("DnsConfig cannot be used with a namespace for the API alone.");
  checkRecords(DnsConfig);
  const taken = map.services.list().find((one) => one.namespaceId === namespace.id && one.name === Name);
  if (taken)
    throw new AwsError("ServiceAlreadyExists", `Service with name ${Name} already exists.`, {
      ServiceId: taken.id,
      ServiceArn: map.arnOf(taken),
    });
  const about = {
    ...(Description ? { description: Description } : {}),
    ...(DnsConfig ? { dns: DnsConfig } : {}),
  };
  return { id: newId("srv"), namespaceId: namespace.id, name: Name, ...about, createdAt: now, tags: Tags };
}

/** Cloud Map API reference, DnsRecord, Type: each stands alone, but A and AAAA. */
function checkRecords(dns: sd.DnsConfig | undefined): void {
  const types = (dns?.DnsRecords ?? []).map(({ Type }) => Type!);
  if (types.length > 1 && types.some((type) => type !== "A" && type !== "AAAA"))
    throw invalid(`DnsRecords cannot be of the types ${types.join(", ")} at once.`);
}

export function viewOf(map: CloudMap, one: NamedService): sd.Service {
  return {
    Id: one.id,
    Arn: map.arnOf(one),
    Name: one.name,
    NamespaceId: one.namespaceId,
    Description: one.description,
    InstanceCount: map.instancesOf(one.id).length,
    DnsConfig: one.dns,
    Type: one.dns ? "DNS_HTTP" : "HTTP",
    CreateDate: new Date(one.createdAt),
  };
}
