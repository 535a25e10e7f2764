// The images of one home folder: layers and configurations by digest, names in one file. Docker's own store is the
// daemon's; a build has a home folder of its own, so what it made goes with it.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJsonFile, writeAtomically } from "../ground/files.ts";
import { digestOf, type Image, type Layer } from "./image.ts";

type Kept = { id: string; base: string | undefined; layers: Omit<Layer, "bytes">[] };
/** `images` by id; `names` from a full reference to an id; `pushed` from a repository's name to digests by id. */
type Index = {
  images: Record<string, Kept>;
  names: Record<string, string>;
  pushed: Record<string, Record<string, string>>;
};

export type ImageStore = ReturnType<typeof openImageStore>;

export function openImageStore(directory: string) {
  const indexPath = join(directory, "index.json");
  const blob = (digest: string) => join(directory, "blobs", digest.replace("sha256:", ""));
  const read = (): Index => readJsonFile<Index>(indexPath) ?? { images: {}, names: {}, pushed: {} };
  const write = (index: Index) => writeAtomically(indexPath, JSON.stringify(index));
  const keep = (digest: string, bytes: Buffer) => {
    if (!existsSync(blob(digest))) writeAtomically(blob(digest), bytes);
  };
  mkdirSync(join(directory, "blobs"), { recursive: true });
  return {
    add({ id, config, layers, base }: Image): void {
      keep(digestOf(config), config);
      for (const { digest, bytes } of layers) keep(digest, bytes);
      const index = read();
      index.images[id] = { id, base, layers: layers.map(({ digest, diffId }) => ({ digest, diffId })) };
      write(index);
    },
    name(reference: string, id: string): void {
      const index = read();
      write({ ...index, names: { ...index.names, [reference]: id } });
    },
    notePush(repository: string, id: string, digest: string): void {
      const index = read();
      write({
        ...index,
        pushed: { ...index.pushed, [repository]: { ...index.pushed[repository], [id]: digest } },
      });
    },
    /** `repository@digest` of everywhere it was pushed to. */
    repositoryDigests(id: string): string[] {
      return Object.entries(read().pushed).flatMap(([repository, digests]) =>
        digests[id] ? [`${repository}@${digests[id]}`] : [],
      );
    },
    names(): Record<string, string> {
      return read().names;
    },
    /** By full reference, or by id or the beginning of one. */
    find(reference: string, given: string): Image | undefined {
      const { names, images } = read();
      const hex = given.replace("sha256:", "");
      const byId = /^[0-9a-f]{6,64}$/.test(hex)
        ? Object.keys(images).find((id) => id.startsWith(`sha256:${hex}`))
        : undefined;
      const record = images[names[reference] ?? byId ?? ""];
      if (!record) return undefined;
      const layers = record.layers.map((layer) => ({ ...layer, bytes: readFileSync(blob(layer.digest)) }));
      return { id: record.id, base: record.base, config: readFileSync(blob(record.id)), layers };
    },
  };
}
