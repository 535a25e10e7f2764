// BindPaths= of a unit, systemd.exec(5): `source[:path[:options]]` between blanks, a source with a dash before it may be
// missing, and quotes keep blanks and colons.

type Bound = { source: string; path: string; optional: boolean };

/** Throws an Error where an entry cannot be read. */
export function readBinds(value: string, name: string): Bound[] {
  return entriesOf(value).map(([first = "", path, options]) => {
    const optional = first.startsWith("-");
    const source = optional ? first.slice(1) : first;
    if (!source.startsWith("/") || (path !== undefined && !path.startsWith("/")))
      throw new Error(`${name}: BindPaths= needs absolute paths: ${value}`);
    if (options !== undefined && options !== "rbind" && options !== "norbind")
      throw new Error(`${name}: BindPaths= option '${options}' is not supported on a sandbox machine.`);
    return { source, path: path ?? source, optional };
  });
}

/** Words between blanks, each of parts between colons. */
function entriesOf(value: string): string[][] {
  const entries: string[][] = [];
  let parts: string[] = [];
  for (const [, quoted, bare, end] of value.matchAll(/(?:"([^"]*)"|([^\s:"]+))(:|\s+|$)/g)) {
    parts.push(quoted ?? bare ?? "");
    if (end === ":") continue;
    entries.push(parts);
    parts = [];
  }
  return entries;
}
