// What is left out of a release: version control and the like, and what `.tuttiignore` names, in the words of
// .gitignore (`*`, `**`, `?`, `[…]`, `\`, a leading and a trailing slash, `!`). node_modules is kept: it is part of what runs.
import { globSource } from "./glob.ts";

export type Ignore = (path: string, isFolder: boolean) => boolean;

const ALWAYS = [".git", ".hg", ".svn", ".DS_Store", ".tuttiignore", ".sandbox"];

type Rule = { pattern: RegExp; foldersOnly: boolean; keeps: boolean };

export function ignoreOf(text: string): Ignore {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const rules = [...ALWAYS, ...lines.filter((line) => line !== "" && !line.startsWith("#"))].map(ruleOf);
  return (path, isFolder) => {
    // As in .gitignore, the last word counts.
    const last = rules.findLast((rule) => (isFolder || !rule.foldersOnly) && rule.pattern.test(path));
    return last !== undefined && !last.keeps;
  };
}

function ruleOf(line: string): Rule {
  const keeps = line.startsWith("!");
  const bare = (keeps ? line.slice(1) : line).replace(/\/+$/, "");
  const anchored = bare.includes("/");
  // What a class leaves out is said with `!` in .gitignore, with `^` in a regular expression.
  const source = globSource(bare.replace(/^\//, "").replaceAll("[!", "[^"));
  return {
    pattern: new RegExp(`^${anchored ? "" : "(?:.*/)?"}${source}$`),
    foldersOnly: line.endsWith("/"),
    keeps,
  };
}
