// What each kind can do, as data: the manifest is refused against this table, naming the kinds that can.
import type { Kind } from "../domain/kind.ts";
import type { Strategy } from "../domain/spec.ts";

export type Capabilities = {
  /** The first one is the default. */
  strategies: Strategy[];
  /** weighted: traffic is shifted by percent; membership: a replica is in or out. */
  traffic: "weighted" | "membership";
  /** Replicas are updated in place: there is no surge, and a broken one can be put back by itself. */
  inPlace: boolean;
};

/** Kinds without an entry are not built yet: `not_supported_yet`. */
export const CAPABILITIES: Partial<Record<Kind, Capabilities>> = {
  server: { strategies: ["rolling", "allAtOnce"], traffic: "membership", inPlace: true },
  function: { strategies: ["canary", "allAtOnce"], traffic: "weighted", inPlace: false },
};
