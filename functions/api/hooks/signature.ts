// How a CI system signs a call without a token: HMAC-SHA256 over "timestamp.body", the body as the bytes that were sent.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How far the timestamp may be from now, either way. */
export const FRESH_SECONDS = 300;

/** What the headers say, as far as it can be a signature at all. */
export type Signed = { timestamp: string; signatureHex: string };

const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/** `null` where a header is missing or cannot be one. */
export function parseSigned(timestamp: string | undefined, signature: string | undefined): Signed | null {
  const [, hex] = SIGNATURE.exec(signature ?? "") ?? [];
  if (timestamp === undefined || hex === undefined || !TIMESTAMP.test(timestamp)) return null;
  return { timestamp, signatureHex: hex.toLowerCase() };
}

export function isFresh({ timestamp }: Signed, nowMs: number): boolean {
  return Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) <= FRESH_SECONDS;
}

/** Takes as long whether the signatures differ early, late or not at all. */
export function isSignedWith(secret: string, { timestamp, signatureHex }: Signed, body: Uint8Array): boolean {
  const own = createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest();
  return timingSafeEqual(own, Buffer.from(signatureHex, "hex"));
}

/** The headers of a call that we make: whoever holds the app's secret can tell that it is ours, and fresh. */
export function signatureHeaders(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hex = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return { "x-tutti-timestamp": timestamp, "x-tutti-signature": `sha256=${hex}` };
}

/** 32 random bytes; secret scanners know it by its beginning. */
export function newHookSecret(): string {
  return `tuttihook_${randomBytes(32).toString("base64url")}`;
}
