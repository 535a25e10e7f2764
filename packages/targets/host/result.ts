// Reads a script's last word. A script that ended without one (killed, no shell, no disk) is a failure with what it said.
import * as z from "zod/mini";

/** Why a script stopped: `ok`, or a reason of its own that no waiting will mend. */
export const OUTCOMES = [
  "ok",
  "absent",
  "build_failed",
  "busy",
  "clash",
  "crashed",
  "download_failed",
  "failed",
  "no_room",
  "no_supervisor",
  "no_user",
  "secret_unavailable",
  "setup_failed",
  "not_an_archive",
  "unhealthy",
  "wrong_digest",
] as const;

const Result = z.object({
  outcome: z.enum(OUTCOMES),
  detail: z.string(),
  release: z.string(),
  version: z.string(),
  host: z.string(),
  port: z.nullable(z.number()),
  state: z.enum(["absent", "active", "starting", "failed", "inactive"]),
  health: z.enum(["unknown", "starting", "healthy", "unhealthy"]),
  startedAt: z.string(),
  /** From 1: which of the copies on its host. */
  copy: z._default(z.int().check(z.minimum(1)), 1),
  /** Of so many times that its health was asked, so many were bad. */
  bad: z._default(z.int(), 0),
  of: z._default(z.int(), 1),
});
export type ScriptResult = z.infer<typeof Result>;

type Exit = { code: number; stdout: string; stderr: string };

/** A script that looked at several copies has a last word for each. */
export function readResults(exit: Exit): ScriptResult[] {
  const lines = exit.stdout.split("\n").filter((text) => text.startsWith("TUTTI_RESULT "));
  return lines.length < 2 ? [readResult(exit)] : lines.map((stdout) => readResult({ ...exit, stdout }));
}

export function readResult(exit: Exit): ScriptResult {
  const line = exit.stdout
    .split("\n")
    .filter((text) => text.startsWith("TUTTI_RESULT "))
    .at(-1);
  if (line) {
    try {
      return Result.parse(JSON.parse(line.slice("TUTTI_RESULT ".length)));
    } catch {
      return failed(`The script answered something unreadable: ${line.slice(0, 200)}`);
    }
  }
  const said = exit.stderr.trim() || exit.stdout.trim();
  return failed(`The script ended with exit code ${exit.code}${said ? `: ${said.slice(-300)}` : ""}`);
}

function failed(detail: string): ScriptResult {
  return {
    outcome: "failed",
    detail,
    release: "",
    version: "",
    host: "",
    port: null,
    state: "absent",
    health: "unknown",
    startedAt: "",
    copy: 1,
    bad: 0,
    of: 1,
  };
}
