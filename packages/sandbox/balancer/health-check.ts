// One health check: a real HTTP request on a connection of its own, whose status code alone counts.
import { request } from "node:http";
import { type CheckResult, matchesCode } from "./health.ts";
import type { HealthSettings } from "./model.ts";

export function checkHealth(
  address: string,
  targetPort: number,
  settings: HealthSettings,
): Promise<CheckResult> {
  const port = settings.port === "traffic-port" ? targetPort : Number(settings.port);
  return new Promise((resolve) => {
    const check = request({
      host: address,
      port,
      path: settings.path,
      agent: false,
      headers: { "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
    });
    const finish = (result: CheckResult) => {
      clearTimeout(timer);
      resolve(result);
      check.destroy();
    };
    const timer = setTimeout(
      finish,
      settings.timeoutSeconds * 1_000,
      failed("Target.Timeout", "Request timed out"),
    );
    check.on("error", () => finish(failed("Target.FailedHealthChecks", "Health checks failed")));
    check.on("response", (response) => finish(judge(settings.matcher, response.statusCode ?? 0)));
    check.end();
  });
}

function judge(matcher: string, code: number): CheckResult {
  if (matchesCode(matcher, code)) return { ok: true };
  return failed("Target.ResponseCodeMismatch", `Health checks failed with these codes: [${code}]`);
}

function failed(reason: (CheckResult & { ok: false })["reason"], description: string): CheckResult {
  return { ok: false, reason, description };
}
