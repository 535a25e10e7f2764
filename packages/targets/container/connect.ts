// Service Connect: what of a service is told to ECS where its environment names a namespace. Its tasks reach the names in there,
// and it has one itself, `<app>.<namespace>`, where it is one service for good. Pure.
import type { Service, ServiceConnectConfiguration } from "@aws-sdk/client-ecs";
import type { Spec } from "#core/domain/spec.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";
import type { Live } from "./live.ts";

/** Of the one port that a task has. */
const PORT_NAME = "http";

type Placed = Pick<TargetContext, "app" | "environment" | "spec">;

/** A named port in the task definition; with a protocol its proxy passes on requests, else bytes. */
export function portNaming({ environment }: Pick<TargetContext, "environment">) {
  return environment.discovery ? { name: PORT_NAME, appProtocol: "http" as const } : {};
}

/**
 * A discovery name is that of one service of a namespace, and so is a client alias (ECS API reference, ServiceConnectService
 * and ServiceConnectClientAlias). With blue/green and canary there are two in turn, of which the older goes with its name: so
 * their tasks only call.
 */
export function isOffered({ rollout }: Pick<Spec, "rollout">): boolean {
  return rollout.strategy === "rolling" || rollout.strategy === "allAtOnce";
}

/** What the service of a side is to have. A name that the other side still holds is not free yet. */
export function connectOf(
  { app, environment, spec }: Placed,
  live: Pick<Live, "sides" | "leaving">,
  side: Side,
): ServiceConnectConfiguration {
  if (!environment.discovery) return { enabled: false };
  const namespace = environment.discovery.namespaceArn;
  const taken =
    live.leaving.some((one) => one !== side) ||
    live.sides.some((one) => one.side !== side && (connectNow(one.service)?.services ?? []).length > 0);
  if (taken || !isOffered(spec)) return { enabled: true, namespace };
  // Without a name of its own an alias is `<discovery name>.<namespace>`. ECS would end every request after 15 s (developer
  // guide, "Service Connect concepts"); behind the load balancer an answer takes as long as it takes, and so it does here.
  const service = {
    portName: PORT_NAME,
    discoveryName: app,
    clientAliases: [{ port: spec.port }],
    timeout: { perRequestTimeoutSeconds: 0 },
  };
  return { enabled: true, namespace, services: [service] };
}

/** As its primary deployment has it: a service itself does not say. */
export function connectNow({ deployments }: Pick<Service, "deployments">) {
  return deployments?.[0]?.serviceConnectConfiguration;
}

/** What ECS fills in by itself, or answers in other words, is no difference: it would be put right for ever. */
export function isSameConnect(
  has: ServiceConnectConfiguration | undefined,
  wanted: ServiceConnectConfiguration,
): boolean {
  if (!has?.enabled || !wanted.enabled) return Boolean(has?.enabled) === wanted.enabled;
  // A namespace may be answered by its name, which nobody here knows.
  if (has.namespace?.startsWith("arn:") && has.namespace !== wanted.namespace) return false;
  const own = has.services ?? [];
  const wish = wanted.services ?? [];
  return own.length === wish.length && own.every((one, at) => isSameService(one, wish[at]!));
}

type Offer = NonNullable<ServiceConnectConfiguration["services"]>[number];

function isSameService(has: Offer, wanted: Offer): boolean {
  const [alias] = has.clientAliases ?? [];
  return (
    has.portName === wanted.portName &&
    has.discoveryName === wanted.discoveryName &&
    alias?.port === wanted.clientAliases?.[0]?.port &&
    (alias?.dnsName === undefined || alias.dnsName.startsWith(`${wanted.discoveryName}.`)) &&
    (has.timeout?.perRequestTimeoutSeconds ?? 0) === 0
  );
}

/** `null`: as it should be. */
export function connectDrift(
  target: Placed,
  live: Pick<Live, "sides" | "leaving">,
  side: Side,
): string | null {
  const service = live.sides.find((one) => one.side === side)?.service;
  if (!service || isSameConnect(connectNow(service), connectOf(target, live, side))) return null;
  return "The service's Service Connect is not as its environment and release have it.";
}

/** For the dry run. The proxy's figures: ECS developer guide, "Service Connect concepts", task CPU and memory. */
export function connectNotes({ app, environment, spec }: Placed): string[] {
  if (!environment.discovery) return [];
  const { strategy } = spec.rollout;
  return [
    "resources: Service Connect runs a proxy in each task, within its cpu and memory: AWS recommends 0.25 cpu and 64 MiB for it.",
    ...(isOffered(spec)
      ? []
      : [
          `rollout.strategy: with ${strategy} ${app} has no name in Service Connect, which gives one to a single service, and loses the one it has: who calls it goes by its URL.`,
        ]),
  ];
}
