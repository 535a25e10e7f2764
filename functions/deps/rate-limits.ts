// Rate limits as the environment has them, or what holds where it says nothing: far above what a console, a pipeline
// and a busy script need together.
import type { RateLimits } from "#functions/api/rate-limit.ts";

export const DEFAULT_RATE_LIMITS: RateLimits = {
  calls: { perSecond: 1000, burst: 10_000 },
  failures: { perSecond: 50, burst: 2000 },
};

/** Throws a sentence that names the variable. */
export function rateLimits(env: NodeJS.ProcessEnv): RateLimits {
  const { calls, failures } = DEFAULT_RATE_LIMITS;
  return {
    calls: {
      perSecond: positive(env, "TUTTI_RATE_PER_SECOND", calls.perSecond),
      burst: positive(env, "TUTTI_RATE_BURST", calls.burst),
    },
    failures: {
      perSecond: positive(env, "TUTTI_FAILURES_PER_SECOND", failures.perSecond),
      burst: positive(env, "TUTTI_FAILURES_BURST", failures.burst),
    },
  };
}

function positive(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new Error(`${name}: "${text}" is not a whole number from 1 to 1000000.`);
}
