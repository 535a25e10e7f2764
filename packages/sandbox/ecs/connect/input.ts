// serviceConnectConfiguration of CreateService and UpdateService, checked, with AWS's defaults filled in (API reference,
// ServiceConnectConfiguration, ServiceConnectService and ServiceConnectClientAlias).
import type { ServiceConnectConfiguration, ServiceConnectService } from "@aws-sdk/client-ecs";
import { checkCount, invalid, notImplemented, refuseParts } from "../faults.ts";
import type { Definition } from "../model.ts";
import type { State } from "../state.ts";
import type { MaybeConnect, Offer } from "./model.ts";
import { offersOf } from "./model.ts";
import { ensureName, findNamespace, type Namespace } from "./names.ts";

const NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;
const DNS_NAME = /^[a-z0-9_.][a-z0-9_.-]{0,126}$/;
/** Developer guide, "Service Connect concepts", proxy configuration: for HTTP; TCP knows no requests. */
const REQUEST_SECONDS = 15;

/** `serviceArn`: whose configuration it is; names are taken by others alone. */
export async function readConnect(
  state: State,
  serviceArn: string,
  definition: Definition,
  asked: ServiceConnectConfiguration,
): Promise<MaybeConnect> {
  if (!asked.enabled) return { asked: { enabled: false } };
  refuseParts(asked, ["logConfiguration", "accessLogConfiguration"], "serviceConnectConfiguration");
  if (!asked.namespace) throw notImplemented("serviceConnectConfiguration without a namespace");
  const namespace = await findNamespace(state.platform, asked.namespace);
  const offers: Offer[] = [];
  for (const [at, service] of (asked.services ?? []).entries()) {
    const offer = readService(definition, namespace, service, `serviceConnectConfiguration.services[${at}]`);
    refuseTaken(state, serviceArn, namespace, offer);
    offers.push({ ...offer, discoveryArn: await ensureName(state.platform, namespace, offer.discoveryName) });
  }
  return { asked, namespaceArn: namespace.arn, offers };
}

function readService(
  definition: Definition,
  namespace: Namespace,
  service: ServiceConnectService,
  where: string,
): Offer {
  refuseParts(service, ["tls", "ingressPortOverride"], where);
  const mapping = definition.input.containerDefinitions
    ?.flatMap(({ portMappings = [] }) => portMappings)
    .find(({ name }) => name !== undefined && name === service.portName);
  if (!mapping)
    throw invalid(`${where}: the task definition has no port mapping with the name ${service.portName}.`);
  const protocol = mapping.appProtocol ?? "tcp";
  if (protocol !== "http" && protocol !== "tcp")
    throw notImplemented(`Service Connect for the appProtocol ${protocol}, only http and none`);
  const discoveryName = service.discoveryName ?? service.portName!;
  if (!NAME.test(discoveryName)) throw invalid(`${where}.discoveryName ${discoveryName} is not valid.`);
  return {
    ...readAlias(service, { discoveryName, namespace, port: mapping.containerPort!, where }),
    discoveryName,
    discoveryArn: "",
    containerPort: mapping.containerPort!,
    protocol,
    requestSeconds: readTimeout(service, protocol, where),
  };
}

type Naming = { discoveryName: string; namespace: Namespace; port: number; where: string };

function readAlias(
  { clientAliases = [] }: ServiceConnectService,
  { discoveryName, namespace, port, where }: Naming,
): Pick<Offer, "dnsName" | "port"> {
  if (clientAliases.length > 1) throw invalid(`${where}.clientAliases can have one element.`);
  const [alias] = clientAliases;
  refuseParts(alias ?? {}, ["testTrafficRules"], `${where}.clientAliases[0]`);
  const dnsName = alias?.dnsName ?? `${discoveryName}.${namespace.name}`;
  if (!DNS_NAME.test(dnsName)) throw invalid(`${where}.clientAliases[0].dnsName ${dnsName} is not valid.`);
  return {
    dnsName,
    port: alias ? checkCount(alias.port, 1, 65_535, `${where}.clientAliases[0].port`) : port,
  };
}

function readTimeout({ timeout = {} }: ServiceConnectService, protocol: string, where: string): number {
  refuseParts(timeout, ["idleTimeoutSeconds"], `${where}.timeout`);
  if (protocol === "http") return timeout.perRequestTimeoutSeconds ?? REQUEST_SECONDS;
  if (timeout.perRequestTimeoutSeconds !== undefined)
    throw invalid(`${where}.timeout.perRequestTimeoutSeconds needs an appProtocol.`);
  return 0;
}

/** A discovery name, and a client alias with its port, are unique within a namespace. */
function refuseTaken(state: State, serviceArn: string, namespace: Namespace, offer: Offer): void {
  for (const other of state.services.values()) {
    if (other.arn === serviceArn || other.status === "INACTIVE") continue;
    const inThere = other.deployments
      .map(({ revision }) => revision.connect)
      .filter((one) => one?.namespaceArn === namespace.arn);
    const what = takenBy(inThere.flatMap(offersOf), offer);
    if (what) throw invalid(`${what} is in use by the service ${other.name}.`);
  }
}

function takenBy(taken: Offer[], { discoveryName, dnsName, port }: Offer): string | undefined {
  if (taken.some((one) => one.discoveryName === discoveryName)) return `The discovery name ${discoveryName}`;
  const alias = taken.some((one) => one.dnsName === dnsName && one.port === port);
  return alias ? `${dnsName}:${port}` : undefined;
}
