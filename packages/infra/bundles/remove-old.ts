// Folders of bundles that nobody has asked for in a day are gone with the next ones that are written. A day, since a deployment beside this
// one may still read its own.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const DAY_MS = 24 * 3_600_000;

/** `kept`: paths that stay whatever their age. */
export function removeOld(folder: string, kept: string[], nowMs: number): void {
  const there = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  for (const { name } of there) {
    const path = join(folder, name);
    const isOld = nowMs - statSync(path).mtimeMs > DAY_MS;
    if (isOld && !kept.includes(path)) rmSync(path, { recursive: true, force: true });
  }
}
