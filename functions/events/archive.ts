// Reads an archive once, from end to end, and tells whether it can be unpacked at all, and its digest: a `.tar.gz` to
// the last of its files, a `.zip` by the directory at its end. What is inside is for the driver to judge.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { TuttiError } from "#core/errors.ts";

/** The end record of a zip and the longest comment behind it (APPNOTE 4.3.16). */
const ZIP_END_BYTES = 22;
const ZIP_TAIL_BYTES = ZIP_END_BYTES + 0xffff;
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");
/** Stands in place of an offset that does not fit: zip64 keeps it elsewhere. */
const ZIP64 = 0xffffffff;

type Seen = { head: Buffer; tail: Buffer; sizeBytes: number };

/** Lower-case hex. Throws `invalid_input`. */
export async function digestOfArchive(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  const seen: Seen = { head: Buffer.alloc(0), tail: Buffer.alloc(0), sizeBytes: 0 };
  const watched = watch(bytes, hash, seen);
  const first = await watched.next();
  const whole = from(first, watched);
  if (isGzip(seen.head)) await readTarGz(whole);
  else if (seen.head.subarray(0, 2).toString("latin1") === "PK") await readZip(whole, seen);
  else throw corrupt("is neither a .tar.gz nor a .zip");
  return hash.digest("hex");
}

async function* watch(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
  seen: Seen,
) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    seen.sizeBytes += chunk.length;
    if (seen.head.length < 4) seen.head = Buffer.concat([seen.head, chunk.subarray(0, 4)]);
    seen.tail = Buffer.concat([seen.tail, chunk]).subarray(-ZIP_TAIL_BYTES);
    yield chunk;
  }
}

async function* from(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>) {
  if (!first.done) yield first.value;
  yield* rest;
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function readTarGz(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const files = extract();
  let count = 0;
  files.on("entry", (_header, content, next) => {
    count += 1;
    // A file that ends in the middle says so too; the pipeline has told it.
    content.on("error", () => {});
    content.on("end", next);
    content.resume();
  });
  try {
    await pipeline(Readable.from(bytes), createGunzip(), files);
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw corrupt(`cannot be unpacked: ${(cause as Error).message}`, cause);
  }
  if (count === 0) throw corrupt("is an archive without a file");
}

/** What zlib and tar-stream say is of the archive; anything else broke on the way, and may go well the next time. */
function isOurs(cause: unknown): boolean {
  const { code, message } = cause as { code?: string; message: string };
  return !(code?.startsWith("Z_") || /tar|header|end of data/i.test(message));
}

async function readZip(bytes: AsyncIterable<Uint8Array>, seen: Seen): Promise<void> {
  for await (const _chunk of bytes);
  const at = seen.tail.lastIndexOf(ZIP_END);
  if (at < 0 || seen.tail.length - at < ZIP_END_BYTES) throw corrupt("is a .zip that ends too early");
  const [entries, sizeBytes, offset, comment] = [10, 12, 16, 20].map((field) =>
    field === 12 || field === 16 ? seen.tail.readUInt32LE(at + field) : seen.tail.readUInt16LE(at + field),
  ) as [number, number, number, number];
  if (entries === 0) throw corrupt("is an archive without a file");
  const endsAt = seen.sizeBytes - seen.tail.length + at;
  const fits = offset === ZIP64 || offset + sizeBytes <= endsAt;
  if (!fits || at + ZIP_END_BYTES + comment !== seen.tail.length)
    throw corrupt("is a .zip whose directory does not fit it");
}

function corrupt(what: string, cause?: unknown): TuttiError {
  return new TuttiError("invalid_input", `The object ${what}.`, { cause });
}
