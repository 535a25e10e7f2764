// Asks one published version for its health path, the way its function URL would, without any traffic having to
// reach it. One look: thresholds are counted by whoever watches.
import { randomUUID } from "node:crypto";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { HealthPolicy } from "#core/domain/spec.ts";
import { isNamed } from "./client.ts";

/** `hopeless`: the code cannot start or has no such handler, which no second look will change. */
export type Look = { healthy: boolean; hopeless: boolean; detail: string };

/** Errors of the runtime itself, or of what reads the secrets, before the app's own code has a say (Lambda developer guide, Node.js and custom runtimes). */
const HOPELESS = [
  "Runtime.ImportModuleError",
  "Runtime.UserCodeSyntaxError",
  "Runtime.HandlerNotFound",
  "Runtime.MalformedHandlerName",
  "Runtime.InvalidEntrypoint",
  "Tutti.SecretUnavailable",
];
const LONGEST_MESSAGE = 300;

export async function probe(
  lambda: LambdaClient,
  name: string,
  lambdaVersion: string,
  health: HealthPolicy,
): Promise<Look> {
  const asked = `GET ${health.path}`;
  try {
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: name,
        Qualifier: lambdaVersion,
        Payload: Buffer.from(JSON.stringify(urlEvent(health.path))),
      }),
      { abortSignal: AbortSignal.timeout(health.timeoutSeconds * 1000) },
    );
    const payload = parse(answer.Payload);
    return answer.FunctionError ? failed(asked, payload) : answered(asked, payload);
  } catch (error) {
    if (isNamed(error, "AbortError", "TimeoutError"))
      return unhealthy(`${asked} did not answer within ${health.timeoutSeconds} s`);
    if (isNamed(error, "TooManyRequestsException")) return unhealthy(`${asked} was throttled by Lambda`);
    throw error;
  }
}

function answered(asked: string, payload: unknown): Look {
  const status = statusOf(payload);
  const healthy = status >= 200 && status < 300;
  return { healthy, hopeless: false, detail: `${asked} answered ${status}` };
}

/** A function URL takes an answer without statusCode for a body with 200 (Lambda developer guide, Invoking function URLs, Response payload format). */
function statusOf(payload: unknown): number {
  if (typeof payload !== "object" || payload === null || !("statusCode" in payload)) return 200;
  const status = Number(payload.statusCode);
  return Number.isInteger(status) ? status : 502;
}

function failed(asked: string, payload: unknown): Look {
  const { errorType = "", errorMessage = "" } = (payload ?? {}) as {
    errorType?: string;
    errorMessage?: string;
  };
  const said = [errorType, errorMessage].filter(Boolean).join(": ").slice(0, LONGEST_MESSAGE);
  return {
    healthy: false,
    hopeless: HOPELESS.includes(errorType),
    detail: `${asked} failed: ${said || "no message"}`,
  };
}

function unhealthy(detail: string): Look {
  return { healthy: false, hopeless: false, detail };
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return null;
  }
}

/** Payload format 2.0 (Lambda developer guide, Invoking function URLs, Request payload format). */
function urlEvent(path: string): Record<string, unknown> {
  const [rawPath, rawQueryString = ""] = path.split("?", 2);
  const domainName = "health.tutti.invalid";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: { host: domainName, "user-agent": "tutti-health" },
    ...(rawQueryString && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: {
      accountId: "anonymous",
      apiId: "health",
      domainName,
      domainPrefix: "health",
      http: {
        method: "GET",
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "tutti-health",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
}
