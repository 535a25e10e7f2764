// The health of a target as a state machine: pure, fed with the results of checks. ALB user guide, "Health checks for
// Application Load Balancer target groups": a newly registered target is healthy after one passed check; later, the
// thresholds count consecutive results.
import type { HealthSettings } from "./model.ts";

export type CheckResult =
  | { ok: true }
  | {
      ok: false;
      reason: "Target.ResponseCodeMismatch" | "Target.Timeout" | "Target.FailedHealthChecks";
      description: string;
    };

export type Health = {
  state: "initial" | "healthy" | "unhealthy";
  reason?: string;
  description?: string;
  /** Consecutive results of the kind that the state is not, or of either while it is initial. */
  successes: number;
  failures: number;
};

export const REGISTERING: Health = {
  state: "initial",
  reason: "Elb.RegistrationInProgress",
  description: "Target registration is in progress",
  successes: 0,
  failures: 0,
};

type Thresholds = Pick<HealthSettings, "healthyThreshold" | "unhealthyThreshold">;

export function nextHealth(health: Health, result: CheckResult, thresholds: Thresholds): Health {
  if (result.ok) {
    const successes = health.successes + 1;
    const enough = health.state !== "unhealthy" || successes >= thresholds.healthyThreshold;
    return enough ? { state: "healthy", successes, failures: 0 } : { ...health, successes, failures: 0 };
  }
  const failures = health.failures + 1;
  const { reason, description } = result;
  if (health.state === "unhealthy" || failures >= thresholds.unhealthyThreshold)
    return { state: "unhealthy", reason, description, successes: 0, failures };
  if (health.state === "healthy") return { ...health, successes: 0, failures };
  return {
    state: "initial",
    reason: "Elb.InitialHealthChecking",
    description: "Initial health checks in progress",
    successes: 0,
    failures,
  };
}

/** Whether a status code fits a matcher such as `200`, `200,302` or `200-299`. */
export function matchesCode(matcher: string, code: number): boolean {
  return matcher.split(",").some((part) => {
    const [from, to] = part.split("-").map(Number);
    return code >= from! && code <= (to ?? from!);
  });
}
