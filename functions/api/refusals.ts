// What calls behind a route may refuse it for, by what is behind it. A route names these and its own in `refusals`.
import type { ErrorCode } from "#core/errors.ts";

/** A driver's function is asked, which asks the platform. */
export const OF_DRIVERS = ["driver_failed", "platform_denied"] as const satisfies ErrorCode[];

/** A deployment takes its place at a target. */
export const OF_SUBMISSIONS = ["frozen", "target_busy", "outdated"] as const satisfies ErrorCode[];

/** A driver makes a plan from what is live. */
export const OF_PLANS = [
  "capacity_exceeded",
  "not_supported_by_kind",
  "secret_unavailable",
  ...OF_DRIVERS,
] as const satisfies ErrorCode[];
