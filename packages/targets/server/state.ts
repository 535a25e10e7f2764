// How far a step is, host by host: what travels in a step's state between two looks. Each host goes its own way, so that
// one that hangs does not hold the others of its batch up.
import type { Observation } from "#core/driver/driver.ts";
import type { Host } from "./hosts.ts";
import type { Ports } from "./ports.ts";

/**
 * waiting → draining → ready → running → joining → serving, or broken. A removal ends in gone.
 * waiting: in traffic, and must not leave it before another copy is healthy again.
 * ready: out of traffic (or never in it), its script is due. running: SSM has it under `ref`.
 * rejected: joined, and the load balancer finds it unhealthy, and keeps to it beyond the grace.
 * joining: installed, healthy by itself and registered; the load balancer has not said so yet.
 */
export type HostPhase =
  | "waiting"
  | "draining"
  | "ready"
  | "running"
  | "joining"
  | "rejected"
  | "serving"
  | "broken"
  | "gone";

export type HostState = {
  host: Host;
  phase: HostPhase;
  verb: "install" | "watch" | "remove";
  ref?: string;
  /** When the command under `ref` was sent, in milliseconds since the epoch. */
  sentAtMs?: number;
  /** Since when the load balancer finds it unhealthy, in milliseconds since the epoch. */
  rejectedAtMs?: number;
  /** Since when it is found under its name no more, in milliseconds since the epoch; only where no load balancer lets its requests end. */
  unnamedAtMs?: number;
  /** When SSM last said that its agent is online while its script ran. */
  seenOnlineAtMs?: number;
  /** How often its script was sent again because a restart of the agent had lost it. */
  resent?: number;
  port?: number;
  /** What it runs, as far as this step knows. */
  version: string | null;
  reachable: boolean;
  /** Its host has no room for it any more. */
  noRoom?: true;
  detail: string;
};

export type StepState = {
  /** `null` without a load balancer. */
  targetGroupArn: string | null;
  hosts: HostState[];
  /** Where each copy listened when the step began; `null` where a copy has its host for itself. */
  ports: Ports;
};

/** Pure: what the engine is told of one host. */
export function observationOf(one: HostState): Observation {
  const { phase, version, reachable, detail } = one;
  const about = { replica: one.host.id, reachable, detail };
  switch (phase) {
    // Of no version of this step, so that the look is neither good nor bad.
    case "waiting":
      return { ...about, version: null, health: "healthy", hopeless: false, serving: true };
    case "draining":
      return { ...about, version, health: "draining", hopeless: false, serving: false };
    case "ready":
    case "running":
      return { ...about, version, health: "starting", hopeless: false, serving: false };
    // Healthy by its own word; the load balancer's is what serving says.
    case "joining":
      return { ...about, version, health: "healthy", hopeless: false, serving: false };
    case "rejected":
      return { ...about, version, health: "unhealthy", hopeless: false, serving: false };
    case "serving":
      return { ...about, version, health: "healthy", hopeless: false, serving: true };
    case "gone":
      return { ...about, version: null, health: "unknown", hopeless: false, serving: false };
    case "broken":
      return {
        ...about,
        version,
        health: "unhealthy",
        hopeless: reachable,
        serving: false,
        ...(one.noRoom ? { noRoom: true } : {}),
      };
  }
}

export function isSettled({ phase }: HostState): boolean {
  return phase === "serving" || phase === "broken" || phase === "gone";
}
