// Issuers of OIDC tokens (a CI system, usually) whose word counts here, and what their claims are worth: the first rule
// whose claims all match says role and scope.
import { matchesPattern, type Role, type Scope } from "./access.ts";

/** Every claim named must match one of its patterns. */
export type OidcRule = { claims: Record<string, string[]>; role: Role; scope: Scope };

export type OidcIssuer = {
  name: string;
  /** As it stands in the token's `iss`. */
  issuer: string;
  audience: string;
  rules: OidcRule[];
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
};

export function ruleFor(rules: OidcRule[], claims: Record<string, unknown>): OidcRule | null {
  const fits = ({ claims: wanted }: OidcRule) =>
    Object.entries(wanted).every(([name, patterns]) =>
      valuesOf(Object.hasOwn(claims, name) ? claims[name] : undefined).some((value) =>
        patterns.some((pattern) => matchesPattern(pattern, value)),
      ),
    );
  return rules.find(fits) ?? null;
}

/** Of a list any entry counts; an object matches nothing. */
function valuesOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.flatMap((one) => (Array.isArray(one) ? [] : valuesOf(one)));
  return ["string", "number", "boolean"].includes(typeof claim) ? [String(claim)] : [];
}
