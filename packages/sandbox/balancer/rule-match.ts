// Which rule a request falls under. ALB user guide, "Condition types": host names compare without case, paths with it;
// `*` stands for any characters, `?` for one; all conditions of a rule must fit, one value of each suffices.
import type { Condition } from "./model.ts";

export type Matcher = (host: string, path: string) => boolean;

/** `path` is without the query. */
export function compileConditions(conditions: Condition[]): Matcher {
  const tests = conditions.map(({ field, values }) => {
    const patterns = values.map((value) => compilePattern(value, field === "host-header" ? "i" : ""));
    return (host: string, path: string) =>
      patterns.some((pattern) => pattern.test(field === "host-header" ? host : path));
  });
  return (host, path) => tests.every((test) => test(host, path));
}

function compilePattern(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `s${flags}`);
}

/** The Host header without its port. */
export function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d+$/, "");
}
