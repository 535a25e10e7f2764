// Headers on their way through: hop-by-hop ones are each side's own, and the target learns who asked, on which port.

// RFC 9110, 7.6.1. Transfer-Encoding is left in a request, since it tells Node's client that the body is chunked.
const REQUEST_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "upgrade",
  "http2-settings",
]);
const RESPONSE_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
const FORWARDED = new Set(["x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

export type Via = { clientAddress: string; port: number; protocol: "http" | "https" };

/** A flat list of names and values, as Node takes and gives them. */
export function requestHeaders(raw: string[], via: Via, upgrade?: string): string[] {
  const headers: string[] = [];
  let forwardedFor = via.clientAddress;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (name === "x-forwarded-for") forwardedFor = `${raw[at + 1]}, ${via.clientAddress}`;
    if (!REQUEST_HOP.has(name) && !FORWARDED.has(name)) headers.push(raw[at]!, raw[at + 1]!);
  }
  headers.push(
    "X-Forwarded-For",
    forwardedFor,
    "X-Forwarded-Port",
    String(via.port),
    "X-Forwarded-Proto",
    via.protocol,
  );
  if (upgrade) headers.push("Connection", "Upgrade", "Upgrade", upgrade);
  return headers;
}

/** A request's headers without those of the connection, for a proxy that adds none of its own. */
export function endToEnd(raw: string[]): string[] {
  const headers: string[] = [];
  for (let at = 0; at < raw.length; at += 2)
    if (!REQUEST_HOP.has(raw[at]!.toLowerCase())) headers.push(raw[at]!, raw[at + 1]!);
  return headers;
}

export function responseHeaders(raw: string[]): string[] {
  const headers: string[] = [];
  for (let at = 0; at < raw.length; at += 2)
    if (!RESPONSE_HOP.has(raw[at]!.toLowerCase())) headers.push(raw[at]!, raw[at + 1]!);
  return headers;
}

export function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  return "transfer-encoding" in headers || (headers["content-length"] ?? "0") !== "0";
}
