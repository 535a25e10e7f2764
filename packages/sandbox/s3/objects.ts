// The operations on objects, in the words of the SDK's inputs and outputs; `Body` is a stream both ways.
import { Readable } from "node:stream";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import type { Buckets, ByteRange, ObjectRecord } from "./buckets.ts";
import { emitCreated } from "./events.ts";
import { type Promised, storeUpload } from "./upload.ts";

export type PutObjectInput = {
  Bucket: string;
  Key: string;
  Body?: Readable | Uint8Array | string;
  ContentType?: string;
  ContentEncoding?: string;
  ContentDisposition?: string;
  CacheControl?: string;
  Metadata?: Record<string, string>;
  IfNoneMatch?: string;
  IfMatch?: string;
  /** Only from the wire (http.ts). */
  promised?: Promised[];
  payloadSha256?: string;
};

type GetObjectInput = {
  Bucket: string;
  Key: string;
  Range?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
  ChecksumMode?: string;
};

/** The longest key, in bytes of UTF-8: "Naming Amazon S3 objects" in the S3 User Guide. */
const MAX_KEY_BYTES = 1024;

export function objectHandlers(platform: Platform, buckets: Buckets): Record<string, Handler> {
  return {
    PutObject: (input: PutObjectInput, caller) => putObject(platform, buckets, input, caller.principal),
    async GetObject(input: GetObjectInput, caller) {
      const record = await findObject(platform, buckets, input, caller.principal);
      const range = parseRange(input.Range, record.sizeBytes);
      return {
        ...describe(record, input, range),
        // What is being read is opened now, before anything else can replace it.
        Body: record.sizeBytes === 0 ? Readable.from([]) : buckets.read(input.Bucket, record, range),
      };
    },
    async HeadObject(input: GetObjectInput, caller) {
      const record = await findObject(platform, buckets, input, caller.principal);
      return describe(record, input, parseRange(input.Range, record.sizeBytes));
    },
    async DeleteObject({ Bucket, Key }) {
      buckets.find(Bucket);
      buckets.delete(Bucket, Key);
    },
    async DeleteObjects({ Bucket, Delete }) {
      buckets.find(Bucket);
      for (const { Key } of Delete.Objects) buckets.delete(Bucket, Key);
      return { Deleted: Delete.Quiet ? [] : Delete.Objects.map(({ Key }: { Key: string }) => ({ Key })) };
    },
  };
}

async function putObject(platform: Platform, buckets: Buckets, input: PutObjectInput, requester: string) {
  const bucket = buckets.find(input.Bucket);
  if (!input.Key || Buffer.byteLength(input.Key) > MAX_KEY_BYTES)
    throw new AwsError("KeyTooLongError", `A key has 1 to ${MAX_KEY_BYTES} bytes.`);
  checkWriteConditions(buckets, input);
  const record = await storeUpload(buckets, input.Bucket, {
    key: input.Key,
    body: toStream(input.Body),
    promised: input.promised ?? [],
    payloadSha256: input.payloadSha256,
    modifiedAt: new Date(platform.now()).toISOString(),
    contentType: input.ContentType,
    contentEncoding: input.ContentEncoding,
    contentDisposition: input.ContentDisposition,
    cacheControl: input.CacheControl,
    metadata: input.Metadata ?? {},
  });
  if (bucket.eventBridge) emitCreated(platform, bucket.name, record, requester);
  return { ETag: `"${record.etag}"`, ...checksumMembers(record), Size: record.sizeBytes };
}

function checkWriteConditions(buckets: Buckets, input: PutObjectInput): void {
  const existing = buckets.object(input.Bucket, input.Key);
  const taken = input.IfNoneMatch === "*" && existing;
  const other = input.IfMatch !== undefined && !matchesEtag(input.IfMatch, existing);
  if (taken || other)
    throw new AwsError(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold.",
      { Condition: taken ? "If-None-Match" : "If-Match" },
    );
}

async function findObject(platform: Platform, buckets: Buckets, input: GetObjectInput, principal: string) {
  buckets.find(input.Bucket);
  const record = buckets.object(input.Bucket, input.Key);
  if (!record) {
    // Whether a key exists is told only to those who may list the bucket: HeadBucket takes the same permission.
    await platform.call("s3", "HeadBucket", { Bucket: input.Bucket }, principal);
    throw new AwsError("NoSuchKey", "The specified key does not exist.", { Key: input.Key });
  }
  if (input.IfMatch !== undefined && !matchesEtag(input.IfMatch, record))
    throw new AwsError(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold.",
    );
  if (input.IfNoneMatch !== undefined && matchesEtag(input.IfNoneMatch, record))
    throw new AwsError("NotModified", "Not Modified");
  return record;
}

function matchesEtag(wanted: string, record: ObjectRecord | undefined): boolean {
  if (!record) return false;
  return wanted === "*" || wanted.replaceAll('"', "") === record.etag;
}

function describe(record: ObjectRecord, input: GetObjectInput, range: ByteRange | undefined) {
  return {
    ContentLength: range ? range.end - range.start + 1 : record.sizeBytes,
    ContentRange: range && `bytes ${range.start}-${range.end}/${record.sizeBytes}`,
    ETag: `"${record.etag}"`,
    LastModified: new Date(record.modifiedAt),
    ContentType: record.contentType ?? "binary/octet-stream",
    ContentEncoding: record.contentEncoding,
    ContentDisposition: record.contentDisposition,
    CacheControl: record.cacheControl,
    Metadata: record.metadata,
    // A checksum of the whole says nothing of a part.
    ...(input.ChecksumMode === "ENABLED" && !range ? checksumMembers(record) : {}),
  };
}

function checksumMembers(record: ObjectRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record.checksums).map(([algorithm, value]) => [
      `Checksum${algorithm.toUpperCase()}`,
      value,
    ]),
  );
}

/** RFC 9110, section 14. What is not a single byte range is left out, as servers may. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start > end) throw new AwsError("InvalidRange", "The requested range is not satisfiable");
  return { start, end };
}

function toStream(body: PutObjectInput["Body"]): Readable {
  if (body instanceof Readable) return body;
  return Readable.from(body === undefined ? [] : [Buffer.from(body as Uint8Array)]);
}
