// What `.dockerignore` leaves out of a build's folder. Rules: "Build context", .dockerignore files, in Docker's manual:
// patterns start at the folder's root, `**` is any number of folders, the last line that fits counts, `!` takes back.

export type Ignore = (path: string) => boolean;

type Rule = { pattern: RegExp; keeps: boolean };

/** Paths are relative to the folder, with `/`. A folder that is left out takes everything in it along. */
export function ignoreOf(text: string): Ignore {
  const rules = text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "!")
    .map(ruleOf);
  return (path) => {
    const last = rules.findLast(({ pattern }) => ancestorsAndSelf(path).some((one) => pattern.test(one)));
    return last !== undefined && !last.keeps;
  };
}

function ruleOf(line: string): Rule {
  const keeps = line.startsWith("!");
  const clean = (keeps ? line.slice(1).trim() : line)
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  return { pattern: globPattern(clean), keeps };
}

/** Go's filepath.Match, and `**`. */
export function globPattern(glob: string): RegExp {
  const source = glob.split(/(\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]]+\]|\\.)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "/**") return "/.*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (/^\[.+\]$/.test(part)) return part;
    return part.replace(/^\\(.)$/, "$1").replaceAll(/[.+^${}()|[\]\\*?]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "s");
}

function ancestorsAndSelf(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
