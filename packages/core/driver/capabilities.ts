// What each kind can do, as data: the manifest is refused against this table, naming the kinds that can.
import type { Kind } from "../domain/kind.ts";
import type { Strategy } from "../domain/spec.ts";
import type { Measure } from "./repair-orders.ts";

export type Capabilities = {
  /** The first one is the default. */
  strategies: Strategy[];
  /** weighted: traffic is shifted by percent and a replica is a version; membership: a replica is in or out; both: copies are counted, and one side's traffic can be shifted to the other. */
  traffic: "weighted" | "membership" | "both";
  /** Replicas are updated in place: there is no surge, and a broken one can be put back by itself. */
  inPlace: boolean;
  /** How a broken copy may be repaired, the smallest measure first. None: the platform replaces such copies by itself, or nobody can. */
  repairs: Repairs;
  /** Fresh copies of what runs can be asked for. Where not, the platform starts them as it likes. */
  freshOnRequest: boolean;
};

/** `anomalous`: of one that serves, and only the load balancer, or the platform's count of its answers, sees that it answers badly. */
export type Repairs = Record<"broken" | "anomalous", readonly Measure[]>;

export const CAPABILITIES: Record<Kind, Capabilities> = {
  server: {
    strategies: ["rolling", "allAtOnce"],
    traffic: "membership",
    inPlace: true,
    repairs: { broken: ["restart"], anomalous: ["restart"] },
    freshOnRequest: true,
  },
  vm: {
    strategies: ["rolling", "blueGreen", "allAtOnce"],
    traffic: "both",
    inPlace: false,
    repairs: { broken: ["restart", "replace"], anomalous: ["restart", "replace"] },
    freshOnRequest: true,
  },
  container: {
    strategies: ["rolling", "blueGreen", "canary", "allAtOnce"],
    traffic: "both",
    inPlace: false,
    // Of anomalies ECS knows nothing.
    repairs: { broken: [], anomalous: ["replace"] },
    freshOnRequest: true,
  },
  function: {
    strategies: ["canary", "allAtOnce"],
    traffic: "weighted",
    inPlace: false,
    // What ends or hangs Lambda replaces by itself; of one that answers badly it knows nothing.
    repairs: { broken: [], anomalous: ["restart"] },
    freshOnRequest: false,
  },
};
