// Who is calling: the name that lands in audit lines, events and `createdBy`, and what the caller may do.
import { isUnlimited, type Place, type Role, reaches, type Scope } from "#core/domain/access.ts";
import { TuttiError } from "#core/errors.ts";
import type { Permission } from "./route.ts";

/** Whom a token stands for. */
export type Identity = {
  /** Of the token, or issuer and subject of one from outside: two callers may share a name, never an id. */
  id: string;
  name: string;
  role: Role;
  scope: Scope;
  /** `null` where it does not end by itself. */
  expiresAt: string | null;
};

export type Caller = Identity & {
  sourceIp: string;
  /** Where the call came from, as its `X-Tutti-Client` header says; plain programs are `api`. */
  client: "api" | "cli" | "console";
  /** Of the trace that the call belongs to. */
  traceId?: string;
  /** Of a signed call. */
  signature?: string;
  /** Throws `unauthenticated` where the token has ended since the call began. */
  recheck(): Promise<void>;
};

export const HELD: Record<Role, readonly Permission[]> = {
  viewer: ["public", "read"],
  deployer: ["public", "read", "deploy"],
  operator: ["public", "read", "deploy", "operate"],
  admin: ["public", "read", "deploy", "operate", "admin"],
};

export function assertMay(caller: Pick<Caller, "role">, permission: Permission): void {
  if (HELD[caller.role].includes(permission)) return;
  throw new TuttiError("forbidden", `The role ${caller.role} does not hold the permission ${permission}.`);
}

/** What is named must lie in the token's scope. */
export function assertReaches({ scope }: Pick<Caller, "scope">, place: Place): void {
  for (const [what, patterns, name] of [
    ["app", scope.apps, place.app],
    ["environment", scope.environments, place.environment],
  ] as const)
    if (!reaches(scope, what === "app" ? { app: name } : { environment: name }))
      throw new TuttiError(
        "forbidden",
        `The ${what} ${name} is out of this token's scope; it reaches: ${patterns.join(", ")}.`,
      );
}

/** What belongs to every app, or to every environment, is not for a token that is limited to some. */
export function assertUnlimited({ scope }: Pick<Caller, "scope">, what?: "apps" | "environments"): void {
  const free = what === undefined ? isUnlimited(scope) : scope[what].includes("*");
  if (free) return;
  const limits = what ?? "apps or environments";
  throw new TuttiError("forbidden", `This concerns more than the ${limits} that this token is limited to.`);
}
