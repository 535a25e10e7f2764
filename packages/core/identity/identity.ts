// Who may call whom: `allow: [storefront]` on the app that is called. An app that is to be let in has an identity: a key of its
// target's alone, and a certificate by its environment's authority that says whose key it is. Pure.
import type { Spec } from "../domain/spec.ts";

/** Of a target. The key itself is in the secret and nowhere else. */
export type Identity = {
  /** Name of the secret in Secrets Manager that holds key and certificate. */
  secret: string;
  issuedAt: string;
  expiresAt: string;
};

/** A public key as tokens name it (RFC 8037). */
export type PublicKey = { kty: "OKP"; crv: "Ed25519"; x: string; kid: string };

/** Whose certificates an environment's apps believe. Those that come next are told in advance, so that a change of keys waits for nobody. */
export type Authority = {
  environment: string;
  /** Name of the secret with the private keys. */
  secret: string;
  keys: PublicKey[];
};

/** Any app of the environment that has an identity. */
export const EVERYONE = "*";

/** What the callee's middleware reads; packages/identity. */
export const ALLOW_VARIABLE = "TUTTI_ALLOW";
/** What the caller's signer reads. */
export const IDENTITY_VARIABLE = "TUTTI_IDENTITY";

const DAY_MS = 86_400_000;
/** A certificate outlives the longest freeze that anybody is likely to keep, since renewing it takes fresh copies. */
export const CERTIFICATE_DAYS = 90;
/** So old, the sweep has it renewed. */
const RENEW_AFTER_DAYS = 30;
/** A deployment starts fresh copies anyway: they get a new one, unless it is as good as new. */
const FRESH_DAYS = 1;

export function allows(allow: string[], app: string): boolean {
  return allow.includes(app) || allow.includes(EVERYONE);
}

/** Where a deployment starts copies anyway. */
export function isDueAtDeployment(identity: Identity | undefined, nowMs: number): boolean {
  return !identity || ageDays(identity, nowMs) >= FRESH_DAYS;
}

/** Where nothing else would start copies. */
export function isDue(identity: Identity, nowMs: number): boolean {
  return ageDays(identity, nowMs) >= RENEW_AFTER_DAYS;
}

export function ageDays({ issuedAt }: Identity, nowMs: number): number {
  return (nowMs - Date.parse(issuedAt)) / DAY_MS;
}

/** The variable of an app that says whom it lets in: names, whose certificates to believe, and what is open to the platform's health checks. */
export function allowValue(
  { allow = [], health }: Pick<Spec, "allow" | "health">,
  { keys }: Pick<Authority, "keys">,
): string {
  return JSON.stringify({ callers: allow, keys, open: [health.path.replace(/[?#].*$/, "")] });
}

/** Functions read secrets in front of a handler of Node's alone. */
export function canHoldIdentity({ kind, function: own }: Pick<Spec, "kind" | "function">): boolean {
  return kind !== "function" || own.runtime.startsWith("nodejs");
}
