// A registered target at work: its connections, its requests in flight and its health. A draining target gets no new
// request; it is finished when the last one is answered or the delay is over, whichever comes first.
import { Agent } from "node:http";
import type { Recent } from "./anomalies.ts";
import { type Health, REGISTERING } from "./health.ts";
import { type Counts, newCounts } from "./metrics.ts";

export const IDLE_MILLISECONDS = 60_000; // ALB's idle_timeout.timeout_seconds, default 60

export type LiveTarget = {
  id: string;
  port: number;
  health: Health;
  draining: { until: number; timer: NodeJS.Timeout | undefined } | undefined;
  /** How each request under way is cut off. */
  inFlight: Set<() => void>;
  agent: Agent;
  counts: Counts;
  /** By which anomalies are found; begun anew when it comes, and when its health turns. */
  recent: Recent;
  /** Ends its health checks; `undefined` while it is not checked. */
  stopChecks: (() => void) | undefined;
  /** Called when the last request in flight of a draining target is over. */
  onIdle: (() => void) | undefined;
};

export function newTarget(id: string, port: number): LiveTarget {
  return {
    id,
    port,
    health: REGISTERING,
    draining: undefined,
    inFlight: new Set(),
    agent: newAgent(),
    counts: newCounts(),
    recent: [],
    stopChecks: undefined,
    onIdle: undefined,
  };
}

/** Last in, first out: a connection that was used just now is the least likely to be closed by the other side. */
function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxFreeSockets: 256, scheduling: "lifo", timeout: IDLE_MILLISECONDS });
}

/** Counts a request as in flight until the answer of this is called. */
export function enter(target: LiveTarget, cutOff: () => void): () => void {
  target.inFlight.add(cutOff);
  return () => {
    if (target.inFlight.delete(cutOff) && target.inFlight.size === 0 && target.draining) target.onIdle?.();
  };
}

/** No new request from here on. `finished` is called once, when nothing is in flight or the delay is over; perhaps at once. */
export function drain(target: LiveTarget, until: number, now: number, finished: () => void): void {
  target.stopChecks?.();
  target.stopChecks = undefined;
  const agent = target.agent as Agent & { keepAlive: boolean };
  agent.keepAlive = false;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
  const finish = () => {
    if (!target.draining) return;
    clearTimeout(target.draining.timer);
    target.onIdle = undefined;
    close(target);
    finished();
  };
  target.draining = { until, timer: setTimeout(finish, Math.max(0, until - now)) };
  target.onIdle = finish;
  if (target.inFlight.size === 0) finish();
}

/** Registered again while it drains: as if new, requests in flight go on. */
export function revive(target: LiveTarget): void {
  clearTimeout(target.draining?.timer);
  target.draining = undefined;
  target.onIdle = undefined;
  target.health = REGISTERING;
  target.recent = [];
  target.agent = newAgent();
}

/** Cuts off what is in flight and lets all connections go. */
export function close(target: LiveTarget): void {
  target.stopChecks?.();
  target.stopChecks = undefined;
  clearTimeout(target.draining?.timer);
  for (const cutOff of [...target.inFlight]) cutOff();
  target.agent.destroy();
}
