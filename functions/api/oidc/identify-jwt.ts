// Whom a JWT stands for: it is of a configured issuer, signed with one of its keys, meant for us and in time; then the
// first rule that its claims fit says what it may do. The name in the audit tells issuer and subject.
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { instant } from "#core/clock.ts";
import { type OidcIssuer, ruleFor } from "#core/domain/oidc-issuer.ts";
import { TuttiError } from "#core/errors.ts";
import type { Identity } from "../caller.ts";
import type { ApiDeps } from "../deps.ts";

type Deps = Pick<ApiDeps, "store" | "clock" | "issuerKeys">;

/** Asymmetric ones only: a key that verifies must not be able to sign. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const LEEWAY_SECONDS = 30;
/** OpenID Connect Core 1.0, section 2: at most 255 characters. It stands in lists and terminals, so they are printable. */
const SUBJECT = /^[^\p{C}]{1,255}$/u;

/** Throws `unauthenticated`, `forbidden` where no rule fits, and `unreachable` where the issuer's keys are out of reach. */
export async function identifyJwt(deps: Deps, jwt: string): Promise<Identity> {
  const url = issuerOf(jwt);
  const issuers = await deps.store.oidcIssuers.byUrl(url);
  if (issuers.length === 0) throw refused("The issuer of this token is not configured here.");
  const claims = await verifiedClaims(deps, jwt, url, issuers);
  const meant = issuers.filter(({ audience }) => [claims.aud].flat().includes(audience));
  const subject = claims.sub ?? "";
  if (!SUBJECT.test(subject)) throw refused("This token's sub is not accepted.");
  for (const issuer of meant) {
    const rule = ruleFor(issuer.rules, claims);
    if (!rule) continue;
    const name = `oidc:${issuer.name}:${subject}`;
    const expiresAt = instant((claims.exp! + LEEWAY_SECONDS) * 1000);
    return { id: name, name, role: rule.role, scope: rule.scope, expiresAt };
  }
  const names = meant.map(({ name }) => name).join(", ");
  throw new TuttiError("forbidden", `No rule of ${names} fits the claims of this token (${subject}).`, {
    extra: { token: `oidc:${meant[0]?.name}:${subject}` },
  });
}

async function verifiedClaims(
  deps: Deps,
  jwt: string,
  url: string,
  issuers: OidcIssuer[],
): Promise<JWTPayload> {
  const verify = async (keys: JWTVerifyGetKey) => {
    const { payload } = await jwtVerify(jwt, keys, {
      issuer: url,
      audience: issuers.map(({ audience }) => audience),
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(deps.clock.now()),
      requiredClaims: ["exp", "sub"],
    });
    return payload;
  };
  const keys = await deps.issuerKeys.current(url);
  try {
    return await verify(keys);
  } catch (error) {
    const rotated = error instanceof errors.JWKSNoMatchingKey && (await deps.issuerKeys.newer(url, keys));
    if (!rotated) throw refused(wordsOf(error), error);
    return verify(rotated).catch((again: unknown) => {
      throw refused(wordsOf(again), again);
    });
  }
}

function issuerOf(jwt: string): string {
  try {
    const { iss } = decodeJwt(jwt);
    if (typeof iss === "string") return iss;
  } catch {
    // Falls through: it is no token of anybody's.
  }
  throw refused("This token is not known; send a valid one.");
}

function wordsOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "This token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) return `This token's ${error.claim} is not accepted.`;
  return "This token's signature is not one of its issuer's.";
}

function refused(detail: string, cause?: unknown): TuttiError {
  return new TuttiError("unauthenticated", detail, { cause });
}
