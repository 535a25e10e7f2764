// A layer: a compressed archive whose bytes depend on nothing but names, contents, modes and owners. Entries keep the
// order they were given in and carry no times.
import { constants, gzipSync } from "node:zlib";
import tar from "tar-stream";
import { digestOf, type Layer } from "./image.ts";

export type LayerEntry = {
  /** Absolute in the image, without the leading slash; a folder's has no trailing one. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
} & ({ kind: "file"; bytes: Buffer } | { kind: "folder" } | { kind: "link"; target: string });

const EPOCH = new Date(0);

export async function layerOf(entries: LayerEntry[]): Promise<Layer> {
  const pack = tar.pack();
  const chunks: Buffer[] = [];
  pack.on("data", (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => {
    pack.on("end", () => resolve());
    pack.on("error", reject);
  });
  for (const entry of entries) add(pack, entry);
  pack.finalize();
  await ended;
  const archive = Buffer.concat(chunks);
  const bytes = gzipSync(archive, { level: constants.Z_BEST_COMPRESSION });
  return { bytes, digest: digestOf(bytes), diffId: digestOf(archive) };
}

function add(pack: tar.Pack, entry: LayerEntry): void {
  const { path, mode, uid, gid } = entry;
  const header = { name: path, mode, uid, gid, mtime: EPOCH };
  if (entry.kind === "folder") pack.entry({ ...header, name: `${path}/`, type: "directory" });
  else if (entry.kind === "link") pack.entry({ ...header, type: "symlink", linkname: entry.target });
  else pack.entry({ ...header, size: entry.bytes.length }, entry.bytes);
}
