// Packs a folder as .tar.gz. Entries are sorted and carry no times, owners or odd modes, so that the same content
// gives the same bytes on every machine, and so the same digest.
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join, posix, resolve, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { constants, createGzip } from "node:zlib";
import tar from "tar-stream";
import { UsageError } from "./exit-code.ts";
import { type Ignore, ignoreOf } from "./ignore.ts";

const EPOCH = new Date(0);
const IGNORE_FILE = ".tuttiignore";

export async function packFolder(folder: string): Promise<Buffer<ArrayBuffer>> {
  const ignore = ignoreOf(await readFile(join(folder, IGNORE_FILE), "utf8").catch(() => ""));
  const pack = tar.pack();
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  const packed = buffer(pack.pipe(gzip));
  pack.on("error", (error) => gzip.destroy(error));
  try {
    await addEntries(pack, folder, "", ignore);
  } catch (error) {
    packed.catch(() => undefined);
    pack.destroy(error as Error);
    throw error;
  }
  pack.finalize();
  return (await packed) as Buffer<ArrayBuffer>;
}

async function addEntries(pack: tar.Pack, root: string, under: string, ignore: Ignore): Promise<void> {
  const entries = await readdir(join(root, under), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = posix.join(under, entry.name);
    if (ignore(name, entry.isDirectory())) continue;
    if (entry.isDirectory()) {
      await add(pack, { name: `${name}/`, type: "directory", mode: 0o755 });
      await addEntries(pack, root, name, ignore);
    } else if (entry.isSymbolicLink()) await addLink(pack, root, name);
    else if (entry.isFile()) await addFile(pack, root, name);
    else throw new UsageError(`${name} is neither a file, a folder nor a link: it cannot be packed`);
  }
}

async function addFile(pack: tar.Pack, root: string, name: string): Promise<void> {
  const path = join(root, name);
  const executable = ((await lstat(path)).mode & 0o100) !== 0;
  await add(pack, { name, type: "file", mode: executable ? 0o755 : 0o644 }, await readFile(path));
}

async function addLink(pack: tar.Pack, root: string, name: string): Promise<void> {
  const linkname = await readlink(join(root, name));
  const end = resolve(dirname(join(root, name)), linkname);
  if (linkname.startsWith("/") || !(end === root || end.startsWith(root + sep)))
    throw new UsageError(`${name} is a link that leads out of the folder (${linkname})`);
  await add(pack, { name, type: "symlink", mode: 0o777, linkname });
}

function add(pack: tar.Pack, header: Partial<tar.Header> & { name: string }, bytes?: Buffer): Promise<void> {
  const whole = { ...header, mtime: EPOCH, uid: 0, gid: 0, uname: "", gname: "" };
  return new Promise((done, failed) => {
    const finish = (error?: Error | null) => (error ? failed(error) : done());
    if (bytes) pack.entry({ ...whole, size: bytes.length }, bytes, finish);
    else pack.entry(whole, finish);
  });
}
