// What `.dockerignore` leaves out of an image's folder. Rules: "Build context", .dockerignore files, in Docker's manual:
// patterns start at the folder's root, `**` is any number of folders, the last line that fits counts, `!` takes back.
// (`.tuttiignore` follows .gitignore, whose rules are others: ignore.ts.)
import { globSource } from "./glob.ts";

/** Paths are relative to the folder, with `/`. A folder that is left out takes everything in it along. */
export function dockerIgnoreOf(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "!" && !line.startsWith("#"))
    .map(ruleOf);
  return (path) => {
    const last = rules.findLast(({ pattern }) => pattern.test(path));
    return last !== undefined && !last.keeps;
  };
}

function ruleOf(line: string): { pattern: RegExp; keeps: boolean } {
  const keeps = line.startsWith("!");
  const parts = (keeps ? line.slice(1).trim() : line)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  return { pattern: new RegExp(`^${globSource(parts.join("/"))}(?:/.*)?$`, "s"), keeps };
}
