// Cloud Map of the sandbox: the one entry of this folder.
import * as servicediscovery from "@aws-sdk/client-servicediscovery";
import type { Platform, Service } from "../platform.ts";
import { instanceHandlers } from "./instances.ts";
import { idOf, openCloudMap } from "./model.ts";
import { namespaceHandlers } from "./namespaces.ts";
import { serviceHandlers } from "./services.ts";

/** The hosted zone behind a namespace; there is no DNS here. */
const ZONE = "arn:aws:route53:::hostedzone/ZSANDBOX";

export function createCloudMap(platform: Platform): Service {
  const map = openCloudMap(platform);
  const tagsOf = (arn: string) => map.services.get(idOf(arn))?.tags ?? [];
  const service = ({ ServiceId, Id }: { ServiceId?: string; Id?: string }) => [
    map.serviceArn(idOf(ServiceId ?? Id ?? "*")),
  ];
  /** Records are written with the rights of whoever registers (developer guide, "Using identity-based policies"). */
  const records = ({ ServiceId = "" }: { ServiceId?: string }) =>
    map.services.get(idOf(ServiceId))?.dns
      ? [
          { action: "route53:ListHostedZonesByName", resource: "*" },
          { action: "route53:GetHostedZone", resource: ZONE },
          { action: "route53:ChangeResourceRecordSets", resource: ZONE },
        ]
      : [];
  return {
    name: "servicediscovery",
    module: servicediscovery,
    Client: servicediscovery.ServiceDiscoveryClient,
    handlers: { ...namespaceHandlers(map), ...serviceHandlers(map), ...instanceHandlers(map) },
    // Service Authorization Reference, AWS Cloud Map.
    iamResources: {
      GetNamespace: ({ Id }: servicediscovery.GetNamespaceRequest) => [map.namespaceArn(idOf(Id ?? "*"))],
      DeleteNamespace: ({ Id }: servicediscovery.DeleteNamespaceRequest) => [
        map.namespaceArn(idOf(Id ?? "*")),
      ],
      CreateService: ({ NamespaceId }: servicediscovery.CreateServiceRequest) => [
        map.namespaceArn(idOf(NamespaceId ?? "*")),
      ],
      GetService: service,
      DeleteService: service,
      RegisterInstance: service,
      DeregisterInstance: service,
      TagResource: ({ ResourceARN }: servicediscovery.TagResourceRequest) => [ResourceARN ?? "*"],
    },
    iamContext: (resource) =>
      Object.fromEntries(tagsOf(resource).map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value ?? ""])),
    iamAlso: {
      CreateService: ({ Tags = [] }: servicediscovery.CreateServiceRequest) =>
        Tags.map(({ Key, Value = "" }) => ({
          action: "servicediscovery:TagResource",
          resource: map.serviceArn("srv-new"),
          context: { [`aws:RequestTag/${Key}`]: Value },
        })).slice(0, 1),
      RegisterInstance: records,
      DeregisterInstance: records,
    },
  };
}
