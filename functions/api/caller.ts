// Who is calling: the name that lands in audit lines, events and `createdBy`, and what the caller may do.
import { timingSafeEqual } from "node:crypto";
import { TuttiError } from "#core/errors.ts";
import type { Permission } from "./route.ts";
import { sha256Hex } from "./sha256.ts";

export type Role = "viewer" | "deployer" | "operator" | "admin";

export type Caller = {
  name: string;
  role: Role;
  /** Patterns of apps and environments that the token is limited to; `["*"]` is everything. */
  scope: { apps: string[]; environments: string[] };
  sourceIp: string;
  /** Where the call came from, as its `X-Tutti-Client` header says; plain programs are `api`. */
  client: "api" | "cli" | "console";
};

const HELD: Record<Role, Permission[]> = {
  viewer: ["public", "read"],
  deployer: ["public", "read", "deploy"],
  operator: ["public", "read", "deploy", "operate"],
  admin: ["public", "read", "deploy", "operate", "admin"],
};

export type Identity = Pick<Caller, "name" | "role" | "scope">;

/** Whose token this is; `null` for a wrong one. Today the only token is the admin's. */
export function identify(authorization: string | undefined, adminTokenSha256: string): Identity | null {
  const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1];
  if (token === undefined || !sameHash(sha256Hex(token), adminTokenSha256)) return null;
  return { name: "admin", role: "admin", scope: { apps: ["*"], environments: ["*"] } };
}

export function assertMay(caller: Caller, permission: Permission): void {
  if (HELD[caller.role].includes(permission)) return;
  throw new TuttiError("forbidden", `The role ${caller.role} does not hold the permission ${permission}.`);
}

function sameHash(left: string, right: string): boolean {
  const a = Buffer.from(left, "hex");
  const b = Buffer.from(right, "hex");
  return a.length === 32 && b.length === 32 && timingSafeEqual(a, b);
}
