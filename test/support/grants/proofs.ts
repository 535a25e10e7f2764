// test/golden/grants.json: for each grant a call that only this grant allows, and the test that made it.
import { existsSync, readFileSync } from "node:fs";

export type Proof = {
  file: string;
  /** Those that ran when the call was first made; none where that was before the first of the file. */
  tests: string[];
  call: { action: string; resource: string; context?: Record<string, string> };
};

export const PROOFS_FILE = new URL("../../golden/grants.json", import.meta.url);

/** By grant, as `grantsIn` writes it. */
export function readProofs(): Record<string, Proof> {
  return existsSync(PROOFS_FILE) ? JSON.parse(readFileSync(PROOFS_FILE, "utf8")) : {};
}
