// How a handler waits: it never outlives its caller's token. An end by time is met to the millisecond; whether the
// token was revoked is asked once a second, so that a long poll costs a few reads more.
import type { Caller } from "./caller.ts";
import type { ApiDeps } from "./deps.ts";

const RECHECK_MS = 1000;

/** Sleeps; throws `unauthenticated` where the token has ended meanwhile. */
export type Pause = (milliseconds: number) => Promise<void>;

export function pauseOf({ clock }: Pick<ApiDeps, "clock">, caller: Caller): Pause {
  const endsAtMs = caller.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(caller.expiresAt);
  let checkedAtMs = clock.now();
  return async (milliseconds) => {
    await clock.sleep(Math.max(0, Math.min(milliseconds, endsAtMs - clock.now())));
    if (clock.now() < endsAtMs && clock.now() < checkedAtMs + RECHECK_MS) return;
    checkedAtMs = clock.now();
    await caller.recheck();
  };
}
