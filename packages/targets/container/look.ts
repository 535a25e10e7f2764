// What one look at a service tells the engine: its copies, those that failed since the step began, and what ECS says where
// nothing moves. Pure.
import type { Service } from "@aws-sdk/client-ecs";
import type { NewEvent } from "#core/domain/event.ts";
import type { Observation } from "#core/driver/driver.ts";
import { type SideLive, standing } from "./live.ts";
import { FAILED_CHECKS, type Task } from "./tasks.ts";

/** What a step remembers of the service that it moves. It travels as JSON through the store. */
export type Watch = {
  /** Milliseconds since the epoch; what failed before is not this step's. */
  since: number;
  /** The service's deployment that carries the release. */
  deploymentId: string;
  /** Copies that have been told of. */
  told: string[];
  /** What the load balancer said of a copy when it was last unhealthy: ECS's own reason does not say it. */
  unwell: Record<string, string>;
};

export type Looked = {
  watch: Watch;
  /** As many as the service keeps: its copies, and stand-ins for those that are not there yet. */
  replicas: string[];
  observations: Observation[];
  events: NewEvent[];
  /** All copies are the release's and healthy, and nothing else is left. */
  steady: boolean;
};

export function watchFrom(since: number, deploymentId: string): Watch {
  return { since, deploymentId, told: [], unwell: {} };
}

export function lookAt({ service, tasks, version }: SideLive, before: Watch): Looked {
  const own = tasks.filter(({ deploymentId }) => deploymentId === before.deploymentId);
  const copies = own.filter(({ state }) => state === "running" || state === "starting");
  const failed = own.filter(
    (task) => task.failure !== null && (task.endedAtMs ?? before.since) >= before.since,
  );
  const desired = service.desiredCount ?? 0;
  const pending = Array.from(
    { length: Math.max(0, desired - copies.length) },
    (_, at) => `pending-${at + 1}`,
  );
  const watch = { ...before, ...remembered(before, copies, failed) };
  const said = whatServiceSaid(service, before.since);
  const fresh = copies.filter(
    (task) => task.health === "healthy" && task.createdAtMs >= before.since && !before.told.includes(task.id),
  );
  const primary = service.deployments?.[0];
  return {
    watch: {
      ...watch,
      told: copies
        .filter(({ id, health }) => health === "healthy" || before.told.includes(id))
        .map(({ id }) => id),
    },
    replicas: [...copies.map(({ id }) => id), ...pending],
    observations: [
      ...copies.map(observationOf),
      ...failed.map((task) => failedObservation(task, watch.unwell[task.id] ?? said)),
      ...pending.map((id) => absent(id, version)),
    ],
    events: fresh.map((task) => told(task)),
    steady:
      primary?.id === before.deploymentId &&
      primary.rolloutState !== "IN_PROGRESS" &&
      primary.rolloutState !== "FAILED" &&
      copies.length === desired &&
      copies.every(({ health }) => health === "healthy") &&
      standing({ tasks }).length === copies.length,
  };
}

function remembered(before: Watch, copies: Task[], failed: Task[]): Pick<Watch, "unwell"> {
  const known = new Set([...copies, ...failed].map(({ id }) => id));
  const kept = Object.entries(before.unwell).filter(([id]) => known.has(id));
  const now = copies.filter(({ health }) => health === "unhealthy").map(({ id, detail }) => [id, detail]);
  return { unwell: Object.fromEntries([...kept, ...now]) };
}

/** A copy on its way up is neither good nor bad: until ECS and the load balancer have spoken it is of no version. */
function observationOf(task: Task): Observation {
  const starting = task.health === "starting";
  return {
    replica: task.id,
    version: starting ? null : task.version,
    health: task.health,
    reachable: true,
    hopeless: false,
    serving: task.health === "healthy",
    detail: task.detail,
  };
}

/** ECS stops an unhealthy task at once, often before anybody has seen why; then its event log still knows. */
function whatServiceSaid({ events = [] }: Service, since: number): string | undefined {
  const found = events.find(
    ({ createdAt, message = "" }) => (createdAt?.getTime() ?? 0) >= since && /is unhealthy in/.test(message),
  );
  return /due to \(reason (.+)\)/.exec(found?.message ?? "")?.[1];
}

function failedObservation(task: Task, said: string | undefined): Observation {
  return {
    replica: task.id,
    version: task.version,
    health: "unhealthy",
    reachable: true,
    hopeless: true,
    serving: false,
    detail: said && task.failure === FAILED_CHECKS ? `${task.failure}: ${said}` : task.failure!,
  };
}

function absent(replica: string, version: string | null): Observation {
  return {
    replica,
    version: null,
    health: "starting",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: `ECS has not started it on ${version} yet`,
  };
}

function told({ id, version, ip }: Task): NewEvent {
  return { type: "replica", replica: id, message: `${id} runs ${version} on ${ip}` };
}
