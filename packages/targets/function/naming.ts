// How a target and its releases are called on Lambda. The label in a published version's description is the only
// link from a Lambda version back to a release, so it is written and read here and nowhere else.
import { createHash } from "node:crypto";
import type { Release } from "#core/domain/release.ts";

export const ALIAS = "live";

/** Function names are at most 64 characters (Lambda API reference, CreateFunction, FunctionName). */
const LONGEST_NAME = 64;

/** `<prefix><app>_<environment>`: neither name may hold the underscore, so no two targets share a function. One that would be too long is cut and ends in a hash of the whole. */
export function functionNameOf(prefix: string, app: string, environment: string): string {
  const name = `${prefix}${app}_${environment}`;
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
}

/**
 * Id of the replica that is a release's share of the traffic: the version, so that a plan can name it before it is
 * published. What somebody else published has its Lambda version for a name.
 */
export function replicaIdOf(label: Label | null, lambdaVersion: string): string {
  return label?.version ?? `lambda-version-${lambdaVersion}`;
}

/** Description of a published version: `Tutti <release id> <version>`. */
export function labelOf(release: Release): string {
  return `Tutti ${release.id} ${release.version}`;
}

export type Label = { releaseId: string; version: string };

/** `null` where the version was not published by Tutti. */
export function readLabel(description: string | undefined): Label | null {
  const match = /^Tutti (\S+) (.+)$/.exec(description ?? "");
  return match ? { releaseId: match[1]!, version: match[2]! } : null;
}

/** Description of the alias: an alias has no date of its own, and what was counted before it moved says nothing of what it sends to now. */
export function sinceLabel(at: string): string {
  return `Tutti: so since ${at}`;
}

export function readSince(description: string | undefined): string | null {
  return /^Tutti: so since (\S+)$/.exec(description ?? "")?.[1] ?? null;
}

export function tagsOf(app: string, environment: string): Record<string, string> {
  return { "tutti:app": app, "tutti:environment": environment };
}

/** Only what carries the target's tags is Tutti's to change or take away. */
export function isOurs(tags: Record<string, string> | undefined, app: string, environment: string): boolean {
  return Object.entries(tagsOf(app, environment)).every(([key, value]) => tags?.[key] === value);
}
