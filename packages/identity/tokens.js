// Compact JSON Web Signatures with Ed25519 and nothing else (RFC 7515, RFC 8037): no token chooses its own algorithm.
import { sign, verify } from "node:crypto";

/** The header that an identity travels in: `<certificate>~<proof>`. */
export const HEADER = "tutti-identity";
export const CERTIFICATE_TYPE = "tutti-certificate+jwt";
export const PROOF_TYPE = "tutti-proof+jwt";

const ALGORITHM = "EdDSA";
/** Of the whole header: a certificate and a proof are about 900 characters. */
const MOST_CHARACTERS = 4096;

/**
 * @param {string} type
 * @param {Record<string, unknown>} claims
 * @param {import("node:crypto").KeyObject} key private
 */
export function signToken(type, claims, key) {
  const signed = `${encode({ alg: ALGORITHM, typ: type })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}

/** `null` where it is no token of that type. Its signature is still to be checked. */
export function readToken(type, text) {
  const [head, body, signature, more] = text.split(".");
  const [header, claims] = [decode(head), decode(body)];
  if (!header || !claims || !signature || more !== undefined) return null;
  if (header.alg !== ALGORITHM || header.typ !== type || header.crit !== undefined) return null;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, "base64url") };
}

/**
 * @param {{ signed: string, signature: Buffer }} token
 * @param {import("node:crypto").KeyObject} key public
 */
export function isSignedBy({ signed, signature }, key) {
  return verify(null, Buffer.from(signed), key, signature);
}

/** `[certificate, proof]`, or `null` where the header is nothing of the kind. */
export function splitIdentity(text) {
  if (text.length > MOST_CHARACTERS) return null;
  const parts = text.split("~");
  return parts.length === 2 ? parts : null;
}

/** What a proof is bound to: the path without its query, as it is once decoded, since proxies write it as they like. */
export function pathOf(url) {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "") || "/";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function decode(part) {
  try {
    const found = JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    return found !== null && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}
