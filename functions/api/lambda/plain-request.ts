// A call of the function URL as Hono and the API read a request: method, address, headers, and a body that comes in one piece.
// Payload format 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
import { PlainHeaders } from "./plain-headers.ts";

export type UrlEvent = {
  rawPath: string;
  rawQueryString?: string;
  headers?: Record<string, string | undefined>;
  body?: string;
  isBase64Encoded?: boolean;
  requestContext: { domainName?: string; http: { method: string; sourceIp?: string } };
};

/** `null` where what it names as its host cannot be one. */
export function plainRequest(event: UrlEvent): Request | null {
  const { rawPath, rawQueryString, requestContext } = event;
  const query = rawQueryString ? `?${rawQueryString}` : "";
  const url = URL.parse(`https://${requestContext.domainName ?? event.headers?.host}${rawPath}${query}`);
  if (url === null) return null;
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8") : null;
  const headers = new PlainHeaders(event.headers);
  if (body) headers.set("content-length", String(body.length));
  const parts = { method: requestContext.http.method, url: url.href, headers, body: body && [body] };
  return parts as unknown as Request;
}
