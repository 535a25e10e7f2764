// The bytes of layers, by digest, and the uploads under way. A layer is in the store whole or not at all: it is written
// beside, checked against its digest and renamed into place. Uploads that a killed sandbox left are forgotten.
import { createHash, randomUUID } from "node:crypto";
import { appendFileSync, createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export type Upload = {
  id: string;
  repository: string;
  file: string;
  receivedBytes: number;
  /** A part that was not the last one was under the least size of a part. */
  partTooSmall: boolean;
  lastPartBytes: number;
};

export type Layers = {
  path(digest: string): string;
  has(digest: string): boolean;
  remove(digest: string): void;
  begin(repository: string): Upload;
  upload(id: string): Upload | undefined;
  append(upload: Upload, bytes: Uint8Array): void;
  digestOf(upload: Upload): Promise<string>;
  keep(upload: Upload, digest: string): void;
};

export function openLayers(directory: string): Layers {
  const blobs = join(directory, "layers", "sha256");
  const uploading = join(directory, "uploads");
  rmSync(uploading, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  mkdirSync(uploading, { recursive: true });
  const uploads = new Map<string, Upload>();
  const path = (digest: string) => join(blobs, digest.replace(/^sha256:/, ""));
  return {
    path,
    has: (digest) => /^sha256:[0-9a-f]{64}$/.test(digest) && existsSync(path(digest)),
    remove: (digest) => rmSync(path(digest), { force: true }),
    begin(repository) {
      const id = randomUUID();
      const upload = {
        id,
        repository,
        file: join(uploading, id),
        receivedBytes: 0,
        partTooSmall: false,
        lastPartBytes: 0,
      };
      appendFileSync(upload.file, "");
      uploads.set(id, upload);
      return upload;
    },
    upload: (id) => uploads.get(id),
    append(upload, bytes) {
      appendFileSync(upload.file, bytes);
      upload.receivedBytes += bytes.length;
      upload.lastPartBytes = bytes.length;
    },
    async digestOf({ file }) {
      const hash = createHash("sha256");
      await pipeline(createReadStream(file), hash);
      return `sha256:${hash.digest("hex")}`;
    },
    keep(upload, digest) {
      renameSync(upload.file, path(digest));
      uploads.delete(upload.id);
    },
  };
}
