// How a token is written: `tutti_<id>_<secret>`. The id finds it, the secret proves it; 32 random bytes are 43
// characters of base64url. Secret scanners know it by its beginning.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { sha256Hex } from "./sha256.ts";

const SECRET_BYTES = 32;
const WRITTEN = /^tutti_(tok_[0-9a-z]{10,40})_([A-Za-z0-9_-]{43})$/;

/** A fresh secret for a token of this id, as its owner gets it, and the hash that is kept. */
export function newSecret(id: string): { text: string; secretSha256: string } {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  return { text: `tutti_${id}_${secret}`, secretSha256: sha256Hex(secret) };
}

export function parseSecret(text: string): { id: string; secret: string } | null {
  const [, id, secret] = WRITTEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** Both in hex; takes as long whether they differ early, late or not at all. A malformed hash equals nothing. */
export function sameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, "hex"), Buffer.from(right, "hex")];
  return a.length === 32 && b.length === 32 && timingSafeEqual(a, b);
}
