// A replica is one running copy, as seen by a driver.

import type { Resources } from "../placement/resources.ts";
import type { PlacementHost } from "../placement/room.ts";
import type { LiveScaling } from "./scaling.ts";
import type { LiveVolume } from "./volume.ts";

export type ReplicaHealth = "starting" | "healthy" | "unhealthy" | "draining" | "unknown";

/** What the platform counted of a copy's answers in the minute that began then; `bad`: those with 5xx. */
export type AnswerCount = { minuteAt: string; bad: number; of: number };

export type Replica = {
  id: string;
  /** `null` where nothing of the app runs (a host in the pool that does not carry it). */
  version: string | null;
  health: ReplicaHealth;
  /** `host:port`, reachable by the load balancer; `null` where unknown. */
  address: string | null;
  startedAt: string | null;
  /** What the last health check said, for people. */
  detail?: string;
  /** A thorough look asks it several times: so many of them were bad. */
  samples?: { bad: number; of: number };
  /** By its checks it is healthy, and by the load balancer's word it answers requests worse than the other copies do. */
  anomalous?: boolean;
  /** A thorough look, where the platform counts a copy's answers: its last minutes, the oldest first. Absent where none was bad. */
  answers?: AnswerCount[];
  /** Its process has ended and nobody starts it again: no waiting will mend it. */
  dead?: boolean;
  /** The type of its instance, where it has one of its own. */
  size?: string;
  /** Percent of the target's traffic that it gets, where known. */
  trafficPercent?: number;
};

/** Of the copies that the platform started by itself and that ended without anybody's wish: the last. */
export type Failing = { /** When it was started. */ startedAt: string /** For people. */; detail: string };

/** What is live, right now, of one target. */
export type Fleet = {
  replicas: Replica[];
  /** Hosts of the pool that could carry a replica and carry none, in order of preference. Empty where the platform places. */
  spare: string[];
  /** Hosts that did not answer. They are counted as failures when a step needs them. */
  unreachable: string[];
  /** Hosts of the pool that are marked bad. A copy that cannot be asked there is no replica any more. Absent where there are none. */
  bad?: string[];
  endpoint: string | null;
  /** Versions and their percent of traffic, e.g. `[{version: "v1", percent: 90}, …]`. */
  traffic: { version: string; percent: number }[];
  /** What somebody changed by hand, in sentences; empty when all is as it was left. */
  drift: string[];
  /** How many copies the platform keeps, without what a rollout has borrowed for its surge. Absent where no platform counts them: then the target's own count holds. */
  desired?: number;
  /** The release that the platform starts copies of by itself; it may be none of those that run. Absent where no platform does. */
  keeps?: string;
  /** Absent where no copy has ended, and where no platform starts others. */
  failing?: Failing;
  /** Where Tutti itself places the copies: the hosts that answered with what others have of them, and what each copy has reserved. */
  placement?: { hosts: PlacementHost[]; holds: Record<string, Resources> };
  /** Versions that need no `prepare` step any more (their image stands). Absent where nothing is ever prepared. */
  prepared?: string[];
  /** Its disks, read back; of those that no copy has now too. Absent where it has none. */
  volumes?: LiveVolume[];
  /** Replicas that were, whose disks are kept where they were: whoever comes back there finds them. */
  kept?: string[];
  /** While something is planned: the size that a new copy gets, where the kind chooses one. */
  size?: string;
  /** While something is planned: why there is no size for a new copy. `known`: versions that had one here before, and have it still. */
  unfit?: { reason: string; path: string; known: string[] };
  /** How the platform scales it, read back. Absent where it does not, and where nobody asked. */
  scaling?: LiveScaling;
};

export const EMPTY_FLEET: Fleet = {
  replicas: [],
  spare: [],
  unreachable: [],
  endpoint: null,
  traffic: [],
  drift: [],
};
