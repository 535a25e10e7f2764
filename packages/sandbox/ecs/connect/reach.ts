// Which endpoints a deployment's tasks can reach, and which tasks are behind an endpoint at this moment.
import type { EcsService, Revision } from "../model.ts";
import type { State } from "../state.ts";
import type { Host } from "./hosts.ts";
import { type Endpoint, type Offer, offersOf } from "./model.ts";

/** Those of the namespace as it is now: later ones are seen by the next deployment alone (developer guide, "Amazon ECS Service Connect components"). */
export function endpointsFor(state: State, service: EcsService, { connect }: Revision): Endpoint[] {
  if (connect?.namespaceArn === undefined) return [];
  const others = [...state.services.values()]
    .filter(({ arn, status }) => arn !== service.arn && status === "ACTIVE")
    .map(({ deployments }) => deployments[0]?.revision.connect)
    .filter((one) => one?.namespaceArn === connect.namespaceArn);
  return [...offersOf(connect), ...others.flatMap(offersOf)].map(withoutPort);
}

function withoutPort({ containerPort: _own, ...endpoint }: Offer): Endpoint {
  return endpoint;
}

/** Running, not on its way down, and not called unhealthy by its own check. */
export function hostsOf(state: State, discoveryArn: string): Host[] {
  return [...state.live.values()]
    .filter(({ task, ending }) => !ending && task.lastStatus === "RUNNING" && isWell(task.containers))
    .flatMap(({ task }) => {
      const offer = task.offers?.find((one) => one.discoveryArn === discoveryArn);
      return offer ? [{ id: task.id, address: task.address, port: offer.containerPort }] : [];
    });
}

function isWell(containers: { healthStatus: string }[]): boolean {
  return containers.every(({ healthStatus }) => healthStatus !== "UNHEALTHY");
}
