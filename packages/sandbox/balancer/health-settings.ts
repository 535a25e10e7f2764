// The health check of a target group: defaults and limits of Application Load Balancers (API reference,
// CreateTargetGroup: interval 5 to 300 s, timeout 2 to 120 s, thresholds 2 to 10).
import { checkRange, invalid } from "./input.ts";
import type { HealthSettings } from "./model.ts";

export type HealthInput = {
  HealthCheckProtocol?: string;
  HealthCheckPort?: string;
  HealthCheckEnabled?: boolean;
  HealthCheckPath?: string;
  HealthCheckIntervalSeconds?: number;
  HealthCheckTimeoutSeconds?: number;
  HealthyThresholdCount?: number;
  UnhealthyThresholdCount?: number;
  Matcher?: { HttpCode?: string };
};

const DEFAULTS: HealthSettings = {
  path: "/",
  port: "traffic-port",
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
};

export function readHealth(input: HealthInput, before: HealthSettings = DEFAULTS): HealthSettings {
  if (input.HealthCheckProtocol && input.HealthCheckProtocol !== "HTTP")
    throw invalid(
      `Health check protocol '${input.HealthCheckProtocol}' is not implemented in the sandbox: HTTP`,
    );
  if (input.HealthCheckEnabled === false)
    throw invalid("Health check enabled must be true for target groups with target type 'instance' or 'ip'");
  const settings: HealthSettings = {
    path: input.HealthCheckPath ?? before.path,
    port: input.HealthCheckPort ?? before.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? before.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? before.matcher,
  };
  check(settings);
  return settings;
}

function check(settings: HealthSettings): void {
  checkRange(settings.intervalSeconds, 5, 300, "Health check interval");
  checkRange(settings.timeoutSeconds, 2, 120, "Health check timeout");
  checkRange(settings.healthyThreshold, 2, 10, "Healthy threshold count");
  checkRange(settings.unhealthyThreshold, 2, 10, "Unhealthy threshold count");
  if (settings.timeoutSeconds >= settings.intervalSeconds)
    throw invalid(
      `Health check timeout '${settings.timeoutSeconds}' must be smaller than the interval '${settings.intervalSeconds}'`,
    );
  if (!/^\/[\x21-\x7e]{0,1023}$/.test(settings.path))
    throw invalid(
      `Health check path '${settings.path}' must begin with a '/' and have at most 1024 characters`,
    );
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(settings.matcher))
    throw invalid(`Health check matcher HTTP code '${settings.matcher}' is not a list of codes or ranges`);
  if (settings.port !== "traffic-port") checkRange(Number(settings.port), 1, 65_535, "Health check port");
}
