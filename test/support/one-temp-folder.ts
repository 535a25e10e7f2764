// One folder for all that a run of tests puts into the temporary directory: workers end without an event at which what they left could be
// removed, so the run removes the whole of it at its end. Called where Vitest reads its configuration, before there is a worker: all of them,
// and what they start, inherit TMPDIR.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Names the directory outside, for what is to be found by the next run too. */
export const LASTING = "TUTTI_LASTING_TMP";

/** As open as the directory that it stands for: hosts of tests are other users. */
const OPEN_TO_ALL = 0o1777;

/** Once, and not again in a run that a test starts. */
export function oneTempFolder(env: NodeJS.ProcessEnv = process.env): void {
  if (env[LASTING] !== undefined) return;
  const outside = tmpdir();
  const folder = mkdtempSync(join(outside, "tutti-tests-"));
  chmodSync(folder, OPEN_TO_ALL);
  env[LASTING] = outside;
  env.TMPDIR = folder;
  process.once("exit", () => remove(folder));
}

/** What a process that is just ending still writes there must not make a run fail that went well. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  } catch (error) {
    console.warn(`${folder} could not be removed: ${(error as Error).message}`);
  }
}

export function lastingTmp(env: NodeJS.ProcessEnv = process.env): string {
  return env[LASTING] ?? tmpdir();
}
