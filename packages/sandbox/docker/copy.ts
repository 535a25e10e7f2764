// COPY and ADD: which files of the folder go where in the image. Rules: the Dockerfile reference, COPY, "Source" and
// "Destination".
import { posix } from "node:path";
import type { ContextEntry, ContextFolder } from "./context-folder.ts";
import { globPattern } from "./ignore.ts";
import type { LayerEntry } from "./layer.ts";

export type Owner = { uid: number; gid: number };

export type CopyRequest = {
  sources: string[];
  /** Absolute; with a trailing slash where it is a folder. */
  destination: string;
  owner: Owner;
  /** Instead of the files' own. */
  mode: number | undefined;
};

/** Without the destination's parents. Throws a sentence. */
export function copyEntries(context: ContextFolder, request: CopyRequest): LayerEntry[] {
  const found = request.sources.flatMap((source) => matching(context, source));
  if (found.length > 1 && !request.destination.endsWith("/"))
    throw new Error(
      "when using COPY with more than one source file, the destination must be a directory and end with a /",
    );
  const entries = found.flatMap((entry) => placed(context, entry, request));
  // A file that two sources bring is there once: the later one.
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

function matching(context: ContextFolder, source: string): ContextEntry[] {
  const clean = posix.normalize(`/${source}`).replace(/^\/|\/$/g, "");
  if (clean === "") return [{ path: "", kind: "folder", mode: 0o755 }];
  const pattern = globPattern(clean);
  const found = context.entries.filter((entry) => pattern.test(entry.path));
  if (found.length > 0) return found;
  throw new Error(`"${source}" names nothing in the folder (what .dockerignore leaves out is not there)`);
}

/** A folder's content is copied, not the folder itself. */
function placed(
  context: ContextFolder,
  entry: ContextEntry,
  { destination, owner, mode }: CopyRequest,
): LayerEntry[] {
  const make = (one: ContextEntry, path: string): LayerEntry => {
    const common = { path: path.replace(/^\/+|\/+$/g, ""), ...owner };
    if (one.kind === "folder") return { ...common, kind: "folder", mode: mode ?? one.mode };
    if (one.kind === "link")
      return { ...common, kind: "link", mode: 0o777, target: context.linkTarget(one.path) };
    return { ...common, kind: "file", mode: mode ?? one.mode, bytes: context.read(one.path) };
  };
  if (entry.kind !== "folder")
    return [
      make(
        entry,
        destination.endsWith("/") ? posix.join(destination, posix.basename(entry.path)) : destination,
      ),
    ];
  const inside = entry.path === "" ? "" : `${entry.path}/`;
  return context.entries
    .filter((one) => one.path.startsWith(inside) && one.path !== entry.path)
    .map((one) => make(one, posix.join(destination, one.path.slice(inside.length))));
}
