// A token as it is kept: never itself, only the SHA-256 of its secret part.
import type { Role, Scope } from "./access.ts";

export type Token = {
  /** `tok_…`; no secret. */
  id: string;
  name: string;
  role: Role;
  scope: Scope;
  /** Lower-case hex. */
  secretSha256: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  /** To within a minute. */
  lastUsedAt: string | null;
  revokedAt: string | null;
  revision: number;
};
