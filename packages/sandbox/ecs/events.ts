// The event log of a service, in AWS's sentences: the latest 100, and no sentence twice while its cause lasts
// (developer guide, "Amazon ECS service event messages").
import { randomUUID } from "node:crypto";
import type { EcsService } from "./model.ts";
import type { State } from "./state.ts";

const KEPT = 100;
const REPEAT_MILLISECONDS = 6 * 3_600_000;

export const nameOfService = (service: EcsService) => `(service ${service.name})`;

export function note({ platform }: State, service: EcsService, message: string): void {
  service.events.unshift({ id: randomUUID(), createdAt: platform.now(), message });
  service.events.length = Math.min(service.events.length, KEPT);
}

/** Says it where it is news: since the service was last steady it has not been said. */
export function noteOnce(state: State, service: EcsService, message: string): void {
  const since = state.platform.now() - REPEAT_MILLISECONDS;
  for (const event of service.events) {
    if (event.createdAt < since || event.message.endsWith("has reached a steady state.")) break;
    if (event.message === message) return;
  }
  note(state, service, message);
}
