// Packs the folder of an image as .zip, which is what CodeBuild takes, without what `.dockerignore` names. As with
// releases, entries are sorted and carry no times: the same content gives the same bytes.
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { type ZipOptions, type Zippable, zipSync } from "fflate";
import { dockerIgnoreOf } from "./docker-ignore.ts";
import { UsageError } from "./exit-code.ts";

/** The earliest that a zip can say. */
const MTIME = new Date(1980, 0, 1);
const FILE = 0o100000;
const LINK = 0o120777;
/** Docker itself needs them, whether or not they are copied. */
const ALWAYS = new Set(["Dockerfile", ".dockerignore"]);

export async function packContext(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const ignore = dockerIgnoreOf(await readFile(join(folder, ".dockerignore"), "utf8").catch(() => ""));
  const files: Zippable = {};
  await addEntries(files, folder, "", (path) => ignore(path) && !ALWAYS.has(path));
  if (!files.Dockerfile) throw new UsageError("there is no Dockerfile in the folder");
  return zipSync(files, { level: 6 }) as Uint8Array<ArrayBuffer>;
}

async function addEntries(
  files: Zippable,
  root: string,
  under: string,
  leftOut: (path: string) => boolean,
): Promise<void> {
  const entries = await readdir(join(root, under), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = posix.join(under, entry.name);
    // A folder that is left out may hold what a later line takes back.
    if (entry.isDirectory()) await addEntries(files, root, name, leftOut);
    else if (leftOut(name)) continue;
    else if (entry.isSymbolicLink())
      files[name] = [Buffer.from(await readlink(join(root, name))), unix(LINK)];
    else if (entry.isFile())
      files[name] = [await readFile(join(root, name)), unix(await modeOf(join(root, name)))];
    else throw new UsageError(`${name} is neither a file, a folder nor a link: it cannot be packed`);
  }
}

async function modeOf(path: string): Promise<number> {
  return FILE | (((await lstat(path)).mode & 0o100) !== 0 ? 0o755 : 0o644);
}

/** APPNOTE 4.4.2 and 4.4.15: made on Unix, the mode in the upper half of the attributes. */
function unix(mode: number): ZipOptions {
  return { os: 3, attrs: mode << 16, mtime: MTIME };
}
