// Unpacks a zip as `unzip` does on Linux: with the modes and links that its central directory names (APPNOTE 4.4.15,
// external file attributes: the upper half is Unix's st_mode). Nothing is written outside of the folder.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { unzipSync } from "fflate";

const CENTRAL_HEADER = 0x02014b50;
const KIND_MASK = 0o170000;
const LINK = 0o120000;

/** Throws where it is no zip or leads out of the folder. */
export function unzipInto(zip: Uint8Array, folder: string): void {
  const modes = unixModes(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
  const root = resolve(folder);
  const links: [string, string][] = [];
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const path = resolve(root, name);
    if (path !== root && !path.startsWith(root + sep)) throw new Error(`${name} leads out of the folder`);
    const mode = modes.get(name) ?? 0;
    if (name.endsWith("/")) mkdirSync(path, { recursive: true });
    else if ((mode & KIND_MASK) === LINK) links.push([path, Buffer.from(bytes).toString()]);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      chmodSync(path, mode & 0o777 || 0o644);
    }
  }
  // Last, so that no file is written through one.
  for (const [path, target] of links) {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  }
}

function unixModes(zip: Buffer): Map<string, number> {
  const modes = new Map<string, number>();
  // The end record is at most a comment of 65,535 bytes from the end.
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) return modes;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0 && zip.readUInt32LE(at) === CENTRAL_HEADER; left--) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const name = zip.toString("utf8", at + 46, at + 46 + nameBytes!);
    modes.set(name, zip.readUInt32LE(at + 38) >>> 16);
    at += 46 + nameBytes! + extraBytes! + commentBytes!;
  }
  return modes;
}
