// Buckets and objects on disk. The bytes of an object are a file of their own under a random name; its record points
// to them and is replaced in one rename, so a reader or a kill never sees half an object.
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError } from "../platform.ts";

export type Bucket = { name: string; createdAt: string; eventBridge: boolean };

export type ObjectRecord = {
  key: string;
  file: string;
  sizeBytes: number;
  /** Hex MD5, without quotes. */
  etag: string;
  modifiedAt: string;
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  cacheControl?: string;
  metadata: Record<string, string>;
  /** By algorithm, base64. */
  checksums: Record<string, string>;
};

export type ByteRange = { start: number; end: number };

export type Buckets = {
  list(): Bucket[];
  /** Throws NoSuchBucket. */
  find(name: string): Bucket;
  save(bucket: Bucket): void;
  remove(name: string): void;
  exists(name: string): boolean;
  /** Sorted by key. */
  objects(bucket: string): ObjectRecord[];
  object(bucket: string, key: string): ObjectRecord | undefined;
  /** A new file with the bytes; it belongs to nothing until `commit`. */
  receive(bucket: string, body: Readable): Promise<string>;
  commit(bucket: string, record: ObjectRecord): void;
  discard(bucket: string, file: string): Promise<void>;
  read(bucket: string, record: ObjectRecord, range?: ByteRange): Readable;
  delete(bucket: string, key: string): void;
};

export function openBuckets(directory: string): Buckets {
  const buckets = openDocuments<Bucket>(join(directory, "buckets"));
  const opened = new Map<string, Documents<ObjectRecord>>();
  const fileOf = (bucket: string, file: string) => join(directory, "objects", bucket, "data", file);

  function recordsOf(bucket: string): Documents<ObjectRecord> {
    let records = opened.get(bucket);
    if (!records) {
      records = openDocuments<ObjectRecord>(join(directory, "objects", bucket, "records"));
      sweep(join(directory, "objects", bucket, "data"), records);
      opened.set(bucket, records);
    }
    return records;
  }

  return {
    list: () => buckets.list(),
    exists: (name) => buckets.get(name) !== undefined,
    find(name) {
      const bucket = buckets.get(name);
      if (!bucket)
        throw new AwsError("NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
      return bucket;
    },
    save: (bucket) => buckets.set(bucket.name, bucket),
    remove(name) {
      buckets.delete(name);
      opened.delete(name);
      rmSync(join(directory, "objects", name), { recursive: true, force: true });
    },
    objects: (bucket) => recordsOf(bucket).list(),
    object: (bucket, key) => recordsOf(bucket).get(key),
    async receive(bucket, body) {
      recordsOf(bucket);
      const file = randomUUID();
      try {
        await pipeline(body, createWriteStream(fileOf(bucket, file), { mode: 0o600 }));
      } catch (error) {
        await rm(fileOf(bucket, file), { force: true });
        throw error;
      }
      return file;
    },
    commit(bucket, record) {
      const records = recordsOf(bucket);
      const previous = records.get(record.key);
      records.set(record.key, record);
      if (previous) rmSync(fileOf(bucket, previous.file), { force: true });
    },
    discard: (bucket, file) => rm(fileOf(bucket, file), { force: true }),
    read(bucket, record, range) {
      // Opened at once: an overwrite a moment later unlinks the file, and an open one can still be read.
      const descriptor = openSync(fileOf(bucket, record.file), "r");
      return createReadStream("", { fd: descriptor, start: range?.start ?? 0, end: range?.end });
    },
    delete(bucket, key) {
      const record = recordsOf(bucket).get(key);
      if (!record) return;
      recordsOf(bucket).delete(key);
      rmSync(fileOf(bucket, record.file), { force: true });
    },
  };
}

/** Bytes that no record points to are uploads that a kill cut off. */
function sweep(dataDirectory: string, records: Documents<ObjectRecord>): void {
  mkdirSync(dataDirectory, { recursive: true });
  const used = new Set(records.list().map((record) => record.file));
  for (const file of readdirSync(dataDirectory))
    if (!used.has(file)) rmSync(join(dataDirectory, file), { force: true });
}
