// How many calls a token, and how many failed attempts an address, may make. The bucket is shared by all instances of
// the function, since each of them sees one call at a time; but a write for every call would cost more than the call.
// So a few calls in ten seconds are free, and for more an instance takes a lease from the bucket, larger each time.
// (docs/decisions/0016) A bucket that cannot be reached refuses nobody.
import type { RatePolicy } from "#core/domain/rate-bucket.ts";
import { fullAfterSeconds } from "#core/domain/rate-bucket.ts";
import { TuttiError } from "#core/errors.ts";
import type { ApiDeps } from "./deps.ts";

const WINDOW_MS = 10_000;
const FREE_CALLS = 10;
const FIRST_LEASE = 8;
const LARGEST_LEASE = 128;
/** What one instance remembers; beyond it the oldest is forgotten. */
const MOST_KEYS = 5000;

export type RateLimits = {
  /** Of each token. */
  calls: RatePolicy;
  /** Attempts with a wrong token, of each source address. */
  failures: RatePolicy;
};

/** Throws `rate_limited`. */
export type Admit = (what: keyof RateLimits, who: string) => Promise<void>;

type Local = {
  windowAtMs: number;
  used: number;
  lease: number;
  leased: number;
  leasedUntilMs: number;
  refusedUntilMs: number;
};

type Deps = Pick<ApiDeps, "store" | "clock" | "log" | "rateLimits">;

export function rateLimiter(deps: Deps): Admit {
  const locals = new Map<string, Local>();
  return async (what, who) => {
    const key = `${what}#${who}`;
    const policy = deps.rateLimits[what];
    const local = localOf(locals, key, deps.clock.now());
    const waitMs = (await admitted(deps, key, policy, local)) ? 0 : local.refusedUntilMs - deps.clock.now();
    if (waitMs > 0) throw tooMany(what, policy, waitMs);
  };
}

async function admitted(deps: Deps, key: string, policy: RatePolicy, local: Local): Promise<boolean> {
  const nowMs = deps.clock.now();
  if (nowMs < local.refusedUntilMs) return false;
  if (local.used < Math.min(FREE_CALLS, policy.perSecond)) {
    local.used += 1;
    return true;
  }
  if (local.leased === 0 || nowMs >= local.leasedUntilMs) await lease(deps, key, policy, local, nowMs);
  if (local.leased === 0) return false;
  local.leased -= 1;
  return true;
}

async function lease(
  deps: Deps,
  key: string,
  policy: RatePolicy,
  local: Local,
  nowMs: number,
): Promise<void> {
  const wanted = local.lease;
  local.lease = Math.min(LARGEST_LEASE, wanted * 2);
  try {
    const { granted, waitMs } = await deps.store.rateBuckets.take(key, policy, wanted, nowMs);
    local.leased = granted;
    if (granted === 0) local.refusedUntilMs = nowMs + waitMs;
  } catch (error) {
    deps.log.warn("a rate limit could not be asked for; the call goes on", { error });
    local.leased = 1;
  }
  local.leasedUntilMs = nowMs + WINDOW_MS;
}

function localOf(locals: Map<string, Local>, key: string, nowMs: number): Local {
  const known = locals.get(key);
  if (known && nowMs < known.windowAtMs + WINDOW_MS) return known;
  const kept = known ?? { leased: 0, leasedUntilMs: 0, refusedUntilMs: 0 };
  const fresh = { ...kept, windowAtMs: nowMs, used: 0, lease: FIRST_LEASE };
  locals.delete(key);
  locals.set(key, fresh);
  if (locals.size > MOST_KEYS) locals.delete(locals.keys().next().value!);
  return fresh;
}

function tooMany(what: keyof RateLimits, policy: RatePolicy, waitMs: number): TuttiError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const whose = what === "calls" ? "with this token" : "with a wrong token from this address";
  const detail = `Too many calls ${whose}: ${policy.perSecond} a second, ${policy.burst} at once. Wait ${retryAfterSeconds} s.`;
  return new TuttiError("rate_limited", detail, { extra: { limit: what, ...policy, retryAfterSeconds } });
}

/** Of a refusal: RFC 9110 (Retry-After) and draft-ietf-httpapi-ratelimit-headers-10. */
export function rateHeaders({ code, extra }: TuttiError): Record<string, string> {
  if (code !== "rate_limited") return {};
  const { limit, perSecond, burst, retryAfterSeconds } = extra as Record<string, number | string>;
  const window = fullAfterSeconds({ perSecond: Number(perSecond), burst: Number(burst) });
  return {
    "retry-after": String(retryAfterSeconds),
    "ratelimit-policy": `"${limit}";q=${burst};w=${window}`,
    ratelimit: `"${limit}";r=0;t=${retryAfterSeconds}`,
  };
}
