// Patterns of ignore files as regular expressions. Those of .gitignore and of .dockerignore are translated alike; where they
// are held against differs (ignore.ts, docker-ignore.ts).

/** `*`, `?`, `[…]` and `\` as Go's filepath.Match and fnmatch(3) have them, and `**` for any number of folders. */
export function globSource(glob: string): string {
  return glob
    .split(/(\*\*\/|\/\*\*$|\*\*|\*|\?|\[[^\]]+\]|\\.)/)
    .map(translate)
    .join("");
}

function translate(part: string): string {
  if (part === "**/") return "(?:.*/)?";
  if (part === "/**") return "/.*";
  if (part === "**") return ".*";
  if (part === "*") return "[^/]*";
  if (part === "?") return "[^/]";
  if (/^\[.+\]$/.test(part)) return part;
  return part.replace(/^\\(.)$/, "$1").replaceAll(/[.+^${}()|[\]\\*?]/g, "\\$&");
}
