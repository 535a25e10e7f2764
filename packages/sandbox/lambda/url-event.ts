// Payload format 2.0 of function URLs, in and out:
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

export type UrlAnswer = {
  statusCode: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
};

const textual = /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.-]+\+(json|xml)\b)/i;

/** The event as JSON text. Header names are lower-case, repeated values are joined by commas. */
export function eventOf(request: IncomingMessage, body: Buffer, requestId: string, nowMs: number): string {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const rawQueryString = mark < 0 ? "" : url.slice(mark + 1);
  const { cookie, ...others } = request.headers;
  const host = request.headers.host ?? "";
  const isText = textual.test(request.headers["content-type"] ?? "text/plain");
  return JSON.stringify({
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookie ? { cookies: cookie.split(/; */) } : {}),
    headers: {
      ...joined(others),
      "x-forwarded-proto": "http",
      "x-forwarded-for": request.socket.remoteAddress ?? "",
    },
    ...(rawQueryString ? { queryStringParameters: queryOf(rawQueryString) } : {}),
    requestContext: {
      accountId: "anonymous",
      apiId: host.split(/[.:]/)[0],
      domainName: host,
      domainPrefix: host.split(/[.:]/)[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: clfTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.length > 0 ? { body: body.toString(isText ? "utf8" : "base64") } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  });
}

function joined(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return out;
}

function queryOf(raw: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(raw))
    out[name] = name in out ? `${out[name]},${value}` : value;
  return out;
}

/** `24/Nov/2026:12:00:00 +0000` */
function clfTime(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

/** What the function answered, as HTTP. Without a `statusCode` the answer itself is the body, as JSON. Undefined where it is malformed. */
export function answerOf(payload: string): UrlAnswer | undefined {
  const value = JSON.parse(payload) as Record<string, unknown> | null;
  if (value === null || typeof value !== "object" || !("statusCode" in value)) {
    const body = typeof value === "string" ? value : payload;
    return { statusCode: 200, headers: { "content-type": "application/json" }, body };
  }
  const statusCode = Number(value.statusCode);
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) return undefined;
  const headers: Record<string, string | string[]> = { "content-type": "application/json" };
  for (const [name, content] of Object.entries((value.headers as Record<string, unknown>) ?? {})) {
    headers[name.toLowerCase()] = String(content);
  }
  if (Array.isArray(value.cookies)) headers["set-cookie"] = value.cookies.map(String);
  return { statusCode, headers, body: bodyOf(value) };
}

function bodyOf(value: Record<string, unknown>): Buffer | string {
  const { body } = value;
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") return JSON.stringify(body);
  return value.isBase64Encoded ? Buffer.from(body, "base64") : body;
}
