// Claims that only this sandbox can have made: sign-in passwords and download URLs. Each says until when it holds and
// carries an HMAC; the key outlives a restart.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "../ground/files.ts";

export type Claims = {
  /** `about` must not contain a dot-separated expiry of its own; it is readable by whoever has the claim. */
  sign(about: string, expiresAt: number): string;
  /** What it is about, or nothing where it is not ours or has expired. */
  read(claim: string, now: number): string | undefined;
};

export function openClaims(path: string): Claims {
  if (!existsSync(path)) writeAtomically(path, randomBytes(32).toString("base64url"));
  const key = readFileSync(path, "utf8");
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    sign(about, expiresAt) {
      const text = `${Buffer.from(about).toString("base64url")}.${expiresAt}`;
      return `${text}.${mac(text)}`;
    },
    read(claim, now) {
      const [about = "", expiresAt = "", given = ""] = claim.split(".");
      const expected = Buffer.from(mac(`${about}.${expiresAt}`));
      const ours = expected.length === given.length && timingSafeEqual(expected, Buffer.from(given));
      return ours && now < Number(expiresAt) ? Buffer.from(about, "base64url").toString() : undefined;
    },
  };
}
