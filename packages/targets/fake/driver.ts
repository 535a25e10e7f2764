// A driver without a platform: the verbs of driver.ts on a FakeWorld. It keeps every promise that the contract suite
// asks of a real one.
import type { Environment } from "#core/domain/environment.ts";
import { EMPTY_FLEET, type Fleet } from "#core/domain/replica.ts";
import { type LiveScaling, metricName, type Scaling } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Step } from "#core/domain/step.ts";
import { CAPABILITIES } from "#core/driver/capabilities.ts";
import type { Driver, Observation, Progress, RepairResult } from "#core/driver/driver.ts";
import { everything, ordered, type RepairOrders } from "#core/driver/repair-orders.ts";
import { TuttiError } from "#core/errors.ts";
import { badHostsOf } from "#core/heal/bad-hosts.ts";
import { unavailableAllowed } from "#core/plan/batches.ts";
import { aged } from "#core/plan/restart.ts";
import { planInPlace } from "#core/plan/rolling.ts";
import {
  behaviourOf,
  behaviourOn,
  type FakeHost,
  type FakeWorld,
  healthyCount,
  isHealthy,
  underFaults,
} from "./world.ts";

/** Works as a `server`: replicas are updated in place. */
export function fakeDriver(world: FakeWorld): Driver {
  const calling = (verb: FakeWorld["calls"][number]["verb"], step?: Step) => ({
    verb,
    replicas: step?.replicas ?? [],
    version: step?.version,
  });
  return {
    kind: "server",
    capabilities: CAPABILITIES.server!,
    plan: (request, spec) => planInPlace(aged(request), spec),
    inspect: ({ spec, current, environment }) =>
      underFaults(world, calling("inspect"), () => ({
        ...inspect(world),
        ...markedIn(environment, spec),
        ...(spec.scaling && current ? { scaling: scalingOf(spec, spec.scaling) } : {}),
      })),
    apply: ({ spec }, step) => underFaults(world, calling("apply", step), () => apply(world, step, spec)),
    check: ({ spec }, step) => underFaults(world, calling("check", step), () => check(world, step, spec)),
    repair: (_target, fleet, orders = everything(fleet)) =>
      underFaults(world, calling("repair"), () => repair(world, fleet, orders)),
    retire: () => underFaults(world, calling("retire"), () => retire(world)),
  };
}

function markedIn(environment: Environment, { server }: Spec): Pick<Fleet, "bad"> {
  const bad = badHostsOf(environment, server.pool);
  return bad.length > 0 ? { bad } : {};
}

function scalingOf({ replicas }: Spec, { metric, ...set }: Scaling): LiveScaling {
  const series = [{ namespace: "Fake", name: "Load", dimensions: {}, statistic: "Average" as const }];
  const more = { metric: metricName(metric), count: replicas, activities: [], series };
  return { min: set.min, max: set.max, target: set.target, ...more, chosenBy: "tutti" };
}

function inspect(world: FakeWorld): Fleet {
  const hosts = [...world.hosts.values()];
  const carriers = hosts.filter((host) => host.version !== null && host.reachable);
  const versions = [...new Set(carriers.map((host) => host.version!))];
  return {
    ...EMPTY_FLEET,
    replicas: carriers.map((host) => ({
      id: host.id,
      version: host.version,
      health: isHealthy(world, host) ? "healthy" : "unhealthy",
      address: `${host.id}.invalid:80`,
      startedAt: host.startedAt ?? null,
      dead: host.dead || behaviourOf(world, host.version!) === "crashes",
    })),
    ...(world.failing ? { failing: world.failing } : {}),
    spare: hosts
      .filter((host) => host.version === null && host.reachable && !host.taken)
      .map((host) => host.id),
    unreachable: hosts.filter((host) => !host.reachable).map((host) => host.id),
    endpoint: carriers.length > 0 ? "http://fake.invalid" : null,
    traffic: versions.map((version) => {
      const count = carriers.filter((host) => host.version === version).length;
      return { version, percent: Math.round((count / carriers.length) * 100) };
    }),
  };
}

function apply(world: FakeWorld, step: Step, spec: Spec): Progress {
  if (step.type !== "batch")
    throw new TuttiError("not_supported_by_kind", `The fake driver has no step of the type ${step.type}.`);
  bringAll(world, step, spec, hostsOf(world, step));
  return progress(world, step);
}

/** Where another copy has died since the plan was made, a healthy one stays until enough others are healthy again. */
function bringAll(world: FakeWorld, step: Step, spec: Spec, hosts: FakeHost[]): void {
  const own = new Set(step.replicas);
  const carriers = [...world.hosts.values()].filter((host) => host.version !== null);
  const lame = carriers.some((host) => !own.has(host.id) && host.served && !isHealthy(world, host));
  const mustStay = lame ? spec.replicas - unavailableAllowed(spec.rollout, spec.replicas) : 0;
  // Set aside: nobody waits for it.
  for (const host of hosts.filter((one) => !one.reachable)) host.served = false;
  for (const host of hosts.filter((one) => one.reachable && !one.taken)) {
    const costs = step.action !== "remove" && isHealthy(world, host) && lame;
    if (!costs || healthyCount(world) > mustStay) bring(world, host, step);
  }
}

function bring(world: FakeWorld, host: FakeHost, { version = null, freshSince }: Step): void {
  if (freshSince !== undefined && (host.startedAt ?? "") < freshSince)
    Object.assign(host, { looks: 0, startedAt: freshSince });
  const right = host.version === version && !host.dead && (version === null || isHealthy(world, host));
  if (right || (version !== null && behaviourOf(world, version) === "badArtifact")) return;
  if (host.version !== version || host.dead)
    Object.assign(host, { version, looks: 0, dead: false, served: false });
}

function check(world: FakeWorld, step: Step, spec: Spec): Progress {
  const hosts = hostsOf(world, step);
  for (const host of hosts) {
    host.looks += 1;
    if (isHealthy(world, host)) host.served = true;
  }
  if (step.type === "batch")
    bringAll(
      world,
      step,
      spec,
      hosts.filter((host) => host.version !== (step.version ?? null)),
    );
  return progress(world, step);
}

function progress(world: FakeWorld, step: Step): Progress {
  const observations = hostsOf(world, step).map((host) => observe(world, host, step.version ?? null));
  const done = observations.every((one) =>
    step.version === null ? one.version === null : one.health === "healthy",
  );
  return { phase: done || step.type === "bake" ? "done" : "running", state: null, observations };
}

function hostsOf(world: FakeWorld, step: Step): FakeHost[] {
  return step.replicas.flatMap((id) => world.hosts.get(id) ?? []);
}

function observe(world: FakeWorld, host: FakeHost, wanted: string | null): Observation {
  const healthy = isHealthy(world, host) && (wanted === null || host.version === wanted);
  const behaviour = wanted === null ? "good" : behaviourOn(world, host, wanted);
  return {
    replica: host.id,
    version: host.version,
    health: healthy ? "healthy" : host.looks > world.looksToHealthy || host.dead ? "unhealthy" : "starting",
    reachable: host.reachable,
    ...(host.taken ? { noRoom: true } : {}),
    hopeless: behaviour === "crashes" || behaviour === "badArtifact",
    serving: healthy,
    detail: host.reachable ? DETAILS[host.dead ? "crashes" : behaviour] : "no answer",
  };
}

const DETAILS = {
  good: "GET /healthz answered 200",
  unhealthy: "GET /healthz answered 500",
  crashes: "the process ended with exit code 1",
  badArtifact: "the artifact has another SHA-256 than its release",
};

function repair(world: FakeWorld, fleet: Fleet, orders: RepairOrders): RepairResult[] {
  const broken = ordered(fleet.replicas, orders).filter((one) => one.health === "unhealthy");
  return broken.map(({ id }) => {
    const host = world.hosts.get(id)!;
    Object.assign(host, { dead: false, looks: world.looksToHealthy });
    const repaired = isHealthy(world, host);
    return {
      replica: id,
      result: repaired ? ("repaired" as const) : ("failed" as const),
      action: "restart",
      detail: repaired ? "it answers again" : "still broken",
    };
  });
}

function retire(world: FakeWorld): void {
  for (const host of world.hosts.values()) Object.assign(host, { version: null, looks: 0, dead: false });
}
