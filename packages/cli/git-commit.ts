// What a release was made from: a commit that somebody names, and when it was committed where git knows it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UsageError } from "./exit-code.ts";

const run = promisify(execFile);

const SHA = /^[0-9a-f]{7,64}$/;

export type Commit = { sha: string; at?: string };

/** `named`: a SHA, or whatever git calls a commit where `folder` lies in a repository (HEAD, a tag). */
export async function commitOf(folder: string, named: string): Promise<Commit> {
  const found = await ask(folder, named);
  if (found) return found;
  if (SHA.test(named)) return { sha: named };
  throw new UsageError(`--commit ${named}: git knows no such commit here, and it is no SHA`);
}

/** `null` where there is no git, no repository, or no such commit in it. */
async function ask(folder: string, named: string): Promise<Commit | null> {
  if (named.startsWith("-")) return null;
  try {
    const { stdout } = await run("git", ["-C", folder, "show", "-s", "--format=%H %ct", `${named}^{commit}`]);
    const [sha, seconds] = stdout.trim().split(" ");
    return { sha: sha!, at: new Date(Number(seconds) * 1000).toISOString() };
  } catch {
    return null;
  }
}
