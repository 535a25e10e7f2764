// The folder that an image is built from: what is in it, after `.dockerignore`, in a fixed order. Nothing outside of it
// is ever read: links are taken as links.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { ignoreOf } from "./ignore.ts";

export type ContextEntry = {
  /** Relative to the folder, with `/`. */
  path: string;
  kind: "file" | "folder" | "link";
  mode: number;
};

export type ContextFolder = {
  /** Sorted; a folder stands before what is in it. */
  entries: ContextEntry[];
  read(path: string): Buffer;
  linkTarget(path: string): string;
};

/** `dockerfile`: relative; `<dockerfile>.dockerignore` goes before `.dockerignore`. */
export function openContext(root: string, dockerfile: string): ContextFolder {
  const text = readText(join(root, `${dockerfile}.dockerignore`)) ?? readText(join(root, ".dockerignore"));
  const ignored = ignoreOf(text ?? "");
  const entries: ContextEntry[] = [];
  const walk = (under: string) => {
    for (const name of readdirSync(join(root, under)).sort()) {
      const path = posix.join(under, name);
      const found = lstatSync(join(root, path));
      const kind = found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "file";
      if (kind === "file" && !found.isFile()) continue;
      // A folder that is left out may hold what a later line takes back.
      if (!ignored(path)) entries.push({ path, kind, mode: found.mode & 0o777 });
      if (kind === "folder") walk(path);
    }
  };
  walk("");
  return {
    entries: withFolders(entries),
    read: (path) => readFileSync(join(root, path)),
    linkTarget: (path) => readlinkSync(join(root, path)),
  };
}

/** Folders on the way to what was taken back. */
function withFolders(entries: ContextEntry[]): ContextEntry[] {
  const known = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries)
    for (let up = posix.dirname(path); up !== "." && !known.has(up); up = posix.dirname(up))
      known.set(up, { path: up, kind: "folder", mode: 0o755 });
  return [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
