// AWS Signature Version 4 as S3 checks it, in the Authorization header and in presigned URLs. Recomputed from the
// request as it came, so that a changed path, header or query is refused. Rules: "Create a signed AWS API request" in
// the IAM User Guide, and "Authenticating Requests" in the S3 API Reference.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "../platform.ts";
import { decodePart } from "./request.ts";

export type SignedRequest = {
  method: string;
  /** As it came, percent-encoded, without the query. */
  rawPath: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
};

type Claim = {
  credential: string;
  signedHeaders: string[];
  signature: string;
  /** `20261124T120000Z` */
  date: string;
  payloadHash: string;
  presigned: boolean;
};

const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 604_800;

/** The access key that signed. Throws AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch or RequestTimeTooSkewed. */
export function verifySignature(
  request: SignedRequest,
  nowMs: number,
  secretOf: (accessKeyId: string) => string | undefined,
): string {
  const claim = readClaim(request);
  checkTime(claim, request.query, nowMs);
  const [accessKeyId = "", ...scope] = claim.credential.split("/");
  const secret = secretOf(accessKeyId);
  if (!secret)
    throw new AwsError(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  if (!claim.signedHeaders.includes("host"))
    throw new AwsError("AccessDenied", "The host header must be signed.");
  const expected = sign(secret, scope, claim.date, canonicalRequest(request, claim));
  if (!equal(expected, claim.signature))
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  return accessKeyId;
}

function readClaim({ headers, query }: SignedRequest): Claim {
  const { authorization } = headers;
  if (authorization) {
    const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? "";
    return {
      credential: field("Credential"),
      signedHeaders: field("SignedHeaders").split(";"),
      signature: field("Signature"),
      date: headers["x-amz-date"] ?? "",
      payloadHash: headers["x-amz-content-sha256"] ?? "",
      presigned: false,
    };
  }
  if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256")
    throw new AwsError("AccessDenied", "Access Denied");
  return {
    credential: query.get("X-Amz-Credential") ?? "",
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
    date: query.get("X-Amz-Date") ?? "",
    payloadHash: query.get("X-Amz-Content-Sha256") ?? headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD",
    presigned: true,
  };
}

function checkTime(claim: Claim, query: URLSearchParams, nowMs: number): void {
  const signedAt = parseDate(claim.date);
  if (!claim.presigned) {
    if (Math.abs(nowMs - signedAt) <= MAX_SKEW_MS) return;
    throw new AwsError(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  }
  const expiresSeconds = Number(query.get("X-Amz-Expires"));
  if (!(expiresSeconds >= 1 && expiresSeconds <= MAX_EXPIRES_SECONDS))
    throw new AwsError(
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be from 1 to 604800 seconds.",
    );
  if (nowMs > signedAt + expiresSeconds * 1000) throw new AwsError("AccessDenied", "Request has expired");
  if (signedAt > nowMs + MAX_SKEW_MS) throw new AwsError("AccessDenied", "Request is not yet valid");
}

function parseDate(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.slice(1).map(Number);
  if (!parts) throw new AwsError("AccessDenied", "X-Amz-Date must be in ISO 8601 basic format.");
  const [year, month, ...rest] = parts as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, ...rest);
}

function canonicalRequest(request: SignedRequest, claim: Claim): string {
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`,
  );
  return [
    request.method,
    request.rawPath.split("/").map(canonicalText).join("/"),
    canonicalQuery(request.query),
    headers.join(""),
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n");
}

/** S3 encodes a path once: what came is decoded first, since clients differ in what they leave unencoded. */
function canonicalText(raw: string): string {
  return encode(decodePart(raw));
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sign(secret: string, scope: string[], date: string, canonical: string): string {
  const hash = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash].join("\n");
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of scope) key = createHmac("sha256", key).update(part).digest();
  return createHmac("sha256", key).update(text).digest("hex");
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
