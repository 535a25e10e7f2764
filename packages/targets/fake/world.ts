// Hosts that exist only in memory, with faults by script: what a real pool would be to a driver. For tests, and for
// simulations of thousands of replicas.
import type { Failing } from "#core/domain/replica.ts";

/** What a version does when it is started. */
export type Behaviour =
  | "good"
  /** Runs and answers its health check badly. */
  | "unhealthy"
  /** Ends at once. */
  | "crashes"
  /** Its artifact cannot be installed. */
  | "badArtifact";

export type FakeHost = {
  id: string;
  version: string | null;
  /** When it last was restarted, as far as somebody asked for it. */
  startedAt?: string;
  /** Looks since the version was installed; it is healthy after `looksToHealthy`. */
  looks: number;
  /** Broken by hand (a test's kill) until it is installed or repaired again. */
  dead: boolean;
  /** It has made it into traffic since it was installed. */
  served?: boolean;
  /** Somebody else has what it had: so often there is no room, and it is no spare host any more. */
  taken?: boolean;
  reachable: boolean;
  /** Versions that are unhealthy on this host alone. */
  cannotRun?: string[];
};

export type Verb = "inspect" | "apply" | "check" | "repair" | "retire";

/** The next `times` calls of the verb throw: before anything was done, or after all of it (the answer was lost). */
export type Fault = { verb: Verb; times: number; error: Error; after?: boolean };

export type FakeWorld = {
  hosts: Map<string, FakeHost>;
  behaviours: Record<string, Behaviour>;
  looksToHealthy: number;
  faults: Fault[];
  calls: { verb: Verb; replicas: string[]; version?: string | null }[];
  /** What a platform would say of the copies that it starts by itself. */
  failing?: Failing;
};

export type FakeWorldOptions = Partial<Pick<FakeWorld, "behaviours" | "looksToHealthy" | "faults">>;

/** Hosts `host-1` to `host-<count>`, all bare. */
export function fakeWorld(count: number, options: FakeWorldOptions = {}): FakeWorld {
  const ids = Array.from({ length: count }, (_, index) => `host-${index + 1}`);
  return {
    hosts: new Map(ids.map((id) => [id, { id, version: null, looks: 0, dead: false, reachable: true }])),
    behaviours: {},
    looksToHealthy: 1,
    faults: [],
    calls: [],
    ...options,
  };
}

export function behaviourOf(world: FakeWorld, version: string): Behaviour {
  return world.behaviours[version] ?? "good";
}

/** As it is on this host. */
export function behaviourOn(world: FakeWorld, host: FakeHost, version: string): Behaviour {
  return host.cannotRun?.includes(version) ? "unhealthy" : behaviourOf(world, version);
}

export function isHealthy(world: FakeWorld, host: FakeHost): boolean {
  if (host.version === null || host.dead || !host.reachable) return false;
  return behaviourOn(world, host, host.version) === "good" && host.looks >= world.looksToHealthy;
}

export function healthyCount(world: FakeWorld): number {
  return [...world.hosts.values()].filter((host) => isHealthy(world, host)).length;
}

/** Runs a verb under the script of faults. */
export async function underFaults<T>(
  world: FakeWorld,
  call: FakeWorld["calls"][number],
  run: () => T,
): Promise<T> {
  world.calls.push(call);
  const fault = world.faults.find((one) => one.verb === call.verb && one.times > 0);
  if (!fault) return run();
  fault.times -= 1;
  if (fault.after) run();
  throw fault.error;
}
