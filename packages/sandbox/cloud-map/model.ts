// What Cloud Map keeps: namespaces, services in them, instances of these, and operations. Instances come and go a moment after they
// were asked to, as on AWS: what an operation has begun is true from its instant on, so that nothing here needs a timer.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type * as sd from "@aws-sdk/client-servicediscovery";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";

export type Namespace = {
  id: string;
  name: string;
  type: "DNS_PRIVATE" | "HTTP";
  createdAt: number;
  tags: sd.Tag[];
};
export type NamedService = {
  id: string;
  namespaceId: string;
  name: string;
  description?: string;
  dns?: sd.DnsConfig;
  createdAt: number;
  tags: sd.Tag[];
};
export type Instance = {
  serviceId: string;
  id: string;
  attributes: Record<string, string>;
  thereFrom: number;
  goneFrom?: number;
};
export type Operation = {
  id: string;
  type: sd.OperationType;
  targets: Record<string, string>;
  submittedAt: number;
  doneAt: number;
};

/** On AWS it takes seconds. */
const OPERATION_MILLISECONDS = 300;

export type CloudMap = ReturnType<typeof openCloudMap>;

export function openCloudMap(platform: Platform) {
  const open = <T>(name: string): Documents<T> =>
    openDocuments<T>(join(platform.directory, "servicediscovery", name));
  const namespaces = open<Namespace>("namespaces");
  const services = open<NamedService>("services");
  const instances = open<Instance>("instances");
  const operations = open<Operation>("operations");
  const arn = (resource: string) =>
    `arn:aws:servicediscovery:${platform.region}:${platform.accountId}:${resource}`;
  const standing = ({ goneFrom = Number.POSITIVE_INFINITY }: Instance) => goneFrom > platform.now();
  return {
    platform,
    namespaces,
    services,
    instances,
    operations,
    arnOf: (one: Namespace | NamedService) =>
      arn("namespaceId" in one ? `service/${one.id}` : `namespace/${one.id}`),
    namespaceArn: (id: string) => arn(`namespace/${id}`),
    serviceArn: (id: string) => arn(`service/${id}`),
    /** Those that an answer shows now. */
    instancesOf: (serviceId: string) =>
      instances
        .list()
        .filter((one) => one.serviceId === serviceId && standing(one) && one.thereFrom <= platform.now()),
    /** Registered, or on their way in or out. */
    hasInstances: (serviceId: string) =>
      instances.list().some((one) => one.serviceId === serviceId && standing(one)),
    begin(type: sd.OperationType, targets: Record<string, string>): Operation {
      const submittedAt = platform.now();
      const doneAt = submittedAt + OPERATION_MILLISECONDS / platform.timeScale;
      const operation = { id: newId("op"), type, targets, submittedAt, doneAt };
      operations.set(operation.id, operation);
      return operation;
    },
  };
}

export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(8).toString("hex")}`;
}

/** An id, or an ARN that ends with it. */
export function idOf(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1);
}

export function needNamespace({ namespaces }: CloudMap, id: string): Namespace {
  const found = namespaces.get(idOf(id));
  if (!found) throw new AwsError("NamespaceNotFound", `The namespace with ID ${idOf(id)} does not exist.`);
  return found;
}

export function needService({ services }: CloudMap, id: string): NamedService {
  const found = services.get(idOf(id));
  if (!found) throw new AwsError("ServiceNotFound", `The service with ID ${idOf(id)} does not exist.`);
  return found;
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidInput", message);
}

/** A page of a list, whose token is the place where the next one begins. */
export function pageOf<T>(
  items: T[],
  { MaxResults = 100, NextToken }: { MaxResults?: number; NextToken?: string },
) {
  const from = Number(NextToken ?? 0);
  const next = from + MaxResults;
  return { page: items.slice(from, next), NextToken: next < items.length ? String(next) : undefined };
}
