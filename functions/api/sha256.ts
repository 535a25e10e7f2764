// The one hash used here: tokens and idempotency fingerprints are kept as SHA-256, never as themselves.
import { createHash } from "node:crypto";

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
