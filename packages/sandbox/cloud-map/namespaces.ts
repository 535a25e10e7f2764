// Namespaces: for names in DNS inside a VPC, or for the API alone. Public ones, with a domain that somebody owns, are not implemented.
import type * as sd from "@aws-sdk/client-servicediscovery";
import { AwsError, type Handler } from "../platform.ts";
import { type CloudMap, invalid, type Namespace, needNamespace, newId, pageOf } from "./model.ts";

export function namespaceHandlers(map: CloudMap): Record<string, Handler> {
  const { platform, namespaces, services } = map;
  const create = (type: Namespace["type"], { Name, Tags = [] }: { Name?: string; Tags?: sd.Tag[] }) => {
    if (!Name) throw invalid("Name is required.");
    const taken = namespaces.list().find((one) => one.name === Name);
    if (taken)
      throw new AwsError("NamespaceAlreadyExists", `Namespace with name ${Name} already exists.`, {
        NamespaceId: taken.id,
      });
    const one = { id: newId("ns"), name: Name, type, createdAt: platform.now(), tags: Tags };
    namespaces.set(one.id, one);
    return { OperationId: map.begin("CREATE_NAMESPACE", { NAMESPACE: one.id }).id };
  };
  return {
    CreateHttpNamespace: (input: sd.CreateHttpNamespaceRequest) => create("HTTP", input),
    CreatePrivateDnsNamespace(input: sd.CreatePrivateDnsNamespaceRequest) {
      if (!input.Vpc) throw invalid("Vpc is required.");
      return create("DNS_PRIVATE", input);
    },
    GetNamespace: ({ Id }: sd.GetNamespaceRequest) => ({ Namespace: viewOf(map, needNamespace(map, Id!)) }),
    ListNamespaces(input: sd.ListNamespacesRequest) {
      const { page, NextToken } = pageOf(namespaces.list(), input);
      return { Namespaces: page.map((one) => viewOf(map, one)), NextToken };
    },
    DeleteNamespace({ Id }: sd.DeleteNamespaceRequest) {
      const { id } = needNamespace(map, Id!);
      if (services.list().some((one) => one.namespaceId === id))
        throw new AwsError("ResourceInUse", `The namespace ${id} still has services.`);
      namespaces.delete(id);
      return { OperationId: map.begin("DELETE_NAMESPACE", { NAMESPACE: id }).id };
    },
  };
}

function viewOf(map: CloudMap, one: Namespace): sd.Namespace {
  return {
    Id: one.id,
    Arn: map.arnOf(one),
    Name: one.name,
    Type: one.type,
    ServiceCount: map.services.list().filter(({ namespaceId }) => namespaceId === one.id).length,
    Properties: { HttpProperties: { HttpName: one.name } },
    CreateDate: new Date(one.createdAt),
  };
}
