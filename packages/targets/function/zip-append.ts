// Puts the files of one zip behind those of another without unpacking either: local parts side by side, one directory that
// lists both. Layout: PKWARE APPNOTE.txt, 4.3.12 (central directory header), 4.3.16 (end of central directory record).
import { Refusal } from "./archive-rules.ts";
import { END_BYTES, ENTRY_BYTES, findEnd, viewOf } from "./zip-check.ts";

/** The count is two bytes; more would need the 64-bit format. */
const MOST_ENTRIES = 0xfffe;

type Parts = { local: Buffer; directory: Buffer; count: number };

export function appendZip(zip: Uint8Array, more: Uint8Array): Uint8Array {
  const [first, second] = [partsOf(zip), partsOf(more)];
  const count = first.count + second.count;
  if (count > MOST_ENTRIES) throw new Refusal(`The artifact has ${first.count} files: too many to add ours.`);
  const local = Buffer.concat([first.local, second.local]);
  const directory = Buffer.concat([first.directory, moved(second, first.local.length)]);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return new Uint8Array(Buffer.concat([local, directory, end]));
}

function partsOf(zip: Uint8Array): Parts {
  const view = viewOf(zip);
  const end = findEnd(view);
  const at = view.readUInt32LE(end + 16);
  const size = view.readUInt32LE(end + 12);
  return {
    local: view.subarray(0, at),
    directory: view.subarray(at, at + size),
    count: view.readUInt16LE(end + 10),
  };
}

/** Each header says where its local part begins. */
function moved({ directory, count }: Parts, byBytes: number): Buffer {
  const copy = Buffer.from(directory);
  let at = 0;
  for (let i = 0; i < count; i++) {
    copy.writeUInt32LE(copy.readUInt32LE(at + 42) + byBytes, at + 42);
    at += ENTRY_BYTES + copy.readUInt16LE(at + 28) + copy.readUInt16LE(at + 30) + copy.readUInt16LE(at + 32);
  }
  return copy;
}
