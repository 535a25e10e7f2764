// Reads the directory of a zip without unpacking it, and refuses what archive-rules.ts refuses. Layout: PKWARE
// APPNOTE.txt, 4.3.12 (central directory header) and 4.3.16 (end of central directory record).
import { checkUnzippedSize, Refusal, refuseLink, safeName } from "./archive-rules.ts";

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
export const END_BYTES = 22;
export const ENTRY_BYTES = 46;
const LONGEST_COMMENT_BYTES = 0xffff;
const UNIX = 3;
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

export function checkZip(bytes: Uint8Array): void {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const count = view.readUInt16LE(end + 10);
  let at = view.readUInt32LE(end + 16);
  let files = 0;
  let unzippedBytes = 0;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > view.length || view.readUInt32LE(at) !== ENTRY_SIGNATURE) throw broken();
    const nameBytes = view.readUInt16LE(at + 28);
    const name = view.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    if (safeName(name) !== "" && !name.endsWith("/")) files++;
    if (isSymlink(view, at)) refuseLink(name);
    unzippedBytes += view.readUInt32LE(at + 24);
    checkUnzippedSize(unzippedBytes);
    at += ENTRY_BYTES + nameBytes + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
  if (files === 0) throw new Refusal("The archive is empty.");
}

export function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function findEnd(view: Buffer): number {
  const first = Math.max(0, view.length - END_BYTES - LONGEST_COMMENT_BYTES);
  for (let at = view.length - END_BYTES; at >= first; at--)
    if (view.readUInt32LE(at) === END_SIGNATURE) return at;
  throw broken();
}

function isSymlink(view: Buffer, at: number): boolean {
  const madeBy = view.readUInt8(at + 5);
  const mode = view.readUInt32LE(at + 38) >>> 16;
  return madeBy === UNIX && (mode & FILE_TYPE) === SYMLINK;
}

function broken(): Refusal {
  return new Refusal("The artifact is a damaged zip: its directory cannot be read.");
}
