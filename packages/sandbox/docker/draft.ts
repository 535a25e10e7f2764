// An image while it is being made: what its configuration says so far, and what lies in it already.
import { posix } from "node:path";
import type { ContainerConfig, HistoryEntry, Layer } from "./image.ts";
import { type LayerEntry, layerOf } from "./layer.ts";

export type Draft = {
  config: ContainerConfig;
  base: string | undefined;
  layers: Layer[];
  history: HistoryEntry[];
  /** Folders of the image that are there already. */
  folders: Set<string>;
  files: Set<string>;
  /** ARGs that are declared, with their value. */
  args: Map<string, string | undefined>;
  globalArgs: Map<string, string | undefined>;
  cmdIsOwn: boolean;
};

export function newDraft(): Draft {
  return {
    config: { Env: [] },
    base: undefined,
    layers: [],
    history: [],
    folders: new Set([""]),
    files: new Set(),
    args: new Map(),
    globalArgs: new Map(),
    cmdIsOwn: false,
  };
}

/** ENV wins over ARG of the same name. */
export function variableOf(draft: Draft, name: string): string | undefined {
  const set = draft.config.Env.find((one) => one.startsWith(`${name}=`));
  return set === undefined ? draft.args.get(name) : set.slice(name.length + 1);
}

/** Folders on the way to an absolute path that are not there yet, root's. */
export function parentsOf(draft: Draft, path: string): LayerEntry[] {
  const parents: LayerEntry[] = [];
  let up = posix.dirname(path).slice(1);
  for (; !draft.folders.has(up); up = posix.dirname(`/${up}`).slice(1)) {
    if (draft.files.has(up)) throw new Error(`/${up} is a file, not a folder`);
    parents.unshift({ path: up, kind: "folder", mode: 0o755, uid: 0, gid: 0 });
  }
  return parents;
}

export async function addLayer(draft: Draft, entries: LayerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  for (const { path, kind } of entries) (kind === "folder" ? draft.folders : draft.files).add(path);
  draft.layers.push(await layerOf(entries));
}
