// The one hash used here: tokens and idempotency fingerprints are kept as SHA-256, never as themselves.
import { hash } from "node:crypto";

export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}
