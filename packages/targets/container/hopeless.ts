// When ECS itself will get no further: its circuit breaker has tripped, or no host has room. Pure; the sentence becomes the
// reason of the deployment.
import type { Spec } from "#core/domain/spec.ts";
import type { SideLive } from "./live.ts";
import type { Looked, Watch } from "./look.ts";

const NO_ROOM = /unable to place a task/;
/** A host that is being freed, or one that is being added, gets at least so long. */
const LEAST_WAIT_SECONDS = 5;

/** `null`: there is hope. */
export function whyHopeless(
  one: SideLive,
  watch: Watch,
  looked: Looked,
  { health }: Pick<Spec, "health">,
  nowMs: number,
): string | null {
  const noRoom = noRoomEvent(one, watch);
  const primary = one.service.deployments?.[0];
  if (primary?.rolloutState === "FAILED") {
    const failed = looked.observations.filter(({ hopeless }) => hopeless).at(-1);
    const why = failed
      ? `${failed.replica}: ${failed.detail}`
      : (noRoom?.message ?? primary.rolloutStateReason);
    return `ECS has given up on ${one.version}: ${why}`;
  }
  const starting = one.tasks.some(({ state }) => state === "starting" || state === "ending");
  if (!noRoom || starting || !looked.replicas.some((id) => id.startsWith("pending-"))) return null;
  const waited = nowMs - noRoom.atMs >= Math.max(LEAST_WAIT_SECONDS, health.graceSeconds) * 1000;
  return waited ? `${one.version} cannot be placed: ${noRoom.message}` : null;
}

function noRoomEvent({ service }: SideLive, { since }: Watch): { message: string; atMs: number } | null {
  const found = (service.events ?? []).find(
    ({ createdAt, message }) => NO_ROOM.test(message ?? "") && (createdAt?.getTime() ?? 0) >= since,
  );
  return found ? { message: found.message!, atMs: found.createdAt!.getTime() } : null;
}
