// The sandbox's admin token: given by TUTTI_TOKEN, else made once and kept where only its owner can read it.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function adminToken(directory: string, given: string | undefined): string {
  if (given) return given;
  const file = join(directory, "token");
  const kept = readIfThere(file);
  if (kept) return kept;
  mkdirSync(directory, { recursive: true });
  const token = `tutti_${randomBytes(32).toString("base64url")}`;
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
