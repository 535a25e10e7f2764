// Fetches what an issuer of OIDC tokens publishes: JSON over HTTPS from a public address, bounded in size and time, and
// no redirect is followed. Origins that the installation trusts by name may be private, and plain HTTP where so written.
import { type Allowance, NOTHING_PRIVATE } from "#outgoing/allowance.ts";
import { isClosedAddress } from "#outgoing/closed-addresses.ts";
import { send } from "#outgoing/send.ts";

const LIMIT_BYTES = 262_144;
const TIMEOUT_MS = 5000;

export type IssuerDocuments = {
  /** Why this address is not asked at all; `null` where it may be. A name is judged only when it is resolved. */
  objection(url: string): string | null;
  /** Throws a sentence. */
  fetch(url: string): Promise<unknown>;
};

/** `trustedOrigins`: as in `https://id.corp.internal,http://127.0.0.1:9000`. */
export function issuerDocuments(trustedOrigins: string, limits = { timeoutMs: TIMEOUT_MS }): IssuerDocuments {
  const trusted = trustedOrigins
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(originOf);
  const objection = (url: string) => objectionTo(url, trusted);
  return {
    objection,
    fetch: async (url) => {
      const why = objection(url);
      if (why !== null) throw new Error(`${url} ${why}`);
      return JSON.parse(await read(new URL(url), trusted, limits.timeoutMs)) as unknown;
    },
  };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && ["https:", "http:"].includes(url.protocol) && ["", "/"].includes(url.pathname))
    return url.origin;
  const wanted = "an origin such as https://id.corp.internal";
  throw new Error(`TUTTI_OIDC_TRUSTED_ORIGINS: "${text}" is not ${wanted}.`);
}

function objectionTo(text: string, trusted: string[]): string | null {
  if (!URL.canParse(text)) return "is not an absolute URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not contain a user or password";
  if (trusted.includes(url.origin)) return null;
  if (url.protocol !== "https:") return "must begin with https://";
  if (isClosedAddress(url.hostname) || /(^|\.)localhost\.?$/.test(url.hostname))
    return "leads to a private address, and its origin is not in TUTTI_OIDC_TRUSTED_ORIGINS";
  return null;
}

/** Whoever deploys the installation has named it, port and all. */
const ANYWHERE: Allowance = { opens: () => true, names: () => true };

async function read(url: URL, trusted: string[], timeoutMs: number): Promise<string> {
  const { status, body, truncated } = await send({
    url: url.href,
    method: "GET",
    headers: { accept: "application/json" },
    timeoutMs,
    allowed: trusted.includes(url.origin) ? ANYWHERE : NOTHING_PRIVATE,
    keepBytes: LIMIT_BYTES,
  });
  if (truncated) throw new Error(`${url.href} is larger than ${LIMIT_BYTES} bytes`);
  if (status !== 200) throw new Error(`${url.href} answered ${status}`);
  return body;
}
