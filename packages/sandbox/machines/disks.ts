// The disks that are plugged into a machine beside its own directory, and which of them are mounted where. A disk is a
// directory that somebody else keeps: `root` is what its file system holds, and without `filesystem.json` it is blank. A
// device is a link in the machine's dev directory, a mount a link in the place of the directory that it covers.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { readJsonFile, writeAtomically } from "../ground/files.ts";

export type Disk = {
  /** As the system is told it at the plugging: `/dev/sdf`. */
  device: string;
  /** What the disk says of itself: lsblk(8), SERIAL. */
  serial: string;
  directory: string;
};

/** `name`: of the block device, as the kernel gives it: `nvme1n1`. */
type Plugged = Disk & { name: string };
type Mount = { name: string; at: string };
type Table = { disks: Plugged[]; mounts: Mount[] };

/** `sizeGiB`: as large as the disk was when it was made or last extended; disks of older sandboxes do not tell. */
export type FileSystem = { type: string; uuid: string; label?: string; sizeGiB?: number };

/** Beside `root` and `filesystem.json`: what the disk says of its own size. */
export const DISK_FILE = "disk.json";

export type Disks = {
  list(): { path: string; serial: string; directory: string }[];
  mounts(): { path: string; at: string; directory: string }[];
  /** Plugging a disk that is plugged changes nothing. */
  plug(disk: Disk): void;
  /** `false`: it is mounted, and stays. With `force` it goes all the same, under whoever uses it. */
  unplug(serial: string, force?: boolean): boolean;
  mount(path: string, at: string): void;
  unmount(at: string): void;
  /** As a shutdown does. */
  unmountAll(): void;
};

export function createDisks(machineDirectory: string): Disks {
  const dev = join(machineDirectory, "dev");
  const file = join(dev, "disks.json");
  const read = (): Table => readJsonFile<Table>(file) ?? { disks: [], mounts: [] };
  const write = (table: Table) => {
    mkdirSync(dev, { recursive: true });
    writeAtomically(file, JSON.stringify(table));
  };
  const pathOf = (name: string) => join(dev, name);
  const directoryOf = (table: Table, name: string) => table.disks.find((one) => one.name === name)!.directory;

  function unmountWhere(isMeant: (mount: Mount) => boolean): void {
    const table = read();
    const gone = table.mounts.filter(isMeant);
    if (gone.length === 0) return;
    for (const { at } of gone) uncover(at);
    write({ ...table, mounts: table.mounts.filter((one) => !gone.includes(one)) });
  }

  return {
    list: () =>
      read().disks.map(({ name, serial, directory }) => ({ path: pathOf(name), serial, directory })),
    mounts: () => {
      const table = read();
      return table.mounts.map(({ name, at }) => ({
        path: pathOf(name),
        at,
        directory: directoryOf(table, name),
      }));
    },
    plug: (disk) => {
      const table = read();
      if (table.disks.some(({ serial }) => serial === disk.serial)) return;
      const name = freeName(table);
      mkdirSync(dev, { recursive: true });
      rmSync(pathOf(name), { force: true });
      symlinkSync(disk.directory, pathOf(name));
      write({ ...table, disks: [...table.disks, { ...disk, name }] });
    },
    unplug: (serial, force = false) => {
      const found = read().disks.find((one) => one.serial === serial);
      if (!found) return true;
      if (!force && read().mounts.some(({ name }) => name === found.name)) return false;
      unmountWhere(({ name }) => name === found.name);
      rmSync(pathOf(found.name), { force: true });
      const table = read();
      write({ ...table, disks: table.disks.filter((one) => one.serial !== serial) });
      return true;
    },
    mount: (path, at) => {
      const table = read();
      const { name, directory } = table.disks.find((one) => pathOf(one.name) === path)!;
      cover(at, join(directory, "root"));
      write({ ...table, mounts: [...table.mounts, { name, at }] });
    },
    unmount: (at) => unmountWhere((one) => one.at === at),
    unmountAll: () => unmountWhere(() => true),
  };
}

/** `nvme0n1` is the machine's own. */
function freeName({ disks }: Table): string {
  for (let number = 1; ; number++) {
    const name = `nvme${number}n1`;
    if (!disks.some((one) => one.name === name)) return name;
  }
}

function cover(at: string, root: string): void {
  renameSync(at, `${at}.covered`);
  symlinkSync(root, at);
}

/** What was cut off between the two steps of `cover` is put right as well. */
function uncover(at: string): void {
  rmSync(at, { force: true });
  if (existsSync(`${at}.covered`)) renameSync(`${at}.covered`, at);
}

export function sizeOfDisk(diskDirectory: string): number | undefined {
  return readJsonFile<{ sizeGiB: number }>(join(diskDirectory, DISK_FILE))?.sizeGiB;
}

/** As large as the disk is; what it holds stays. */
export function writeFileSystem(diskDirectory: string, fileSystem: FileSystem): void {
  const sizeGiB = sizeOfDisk(diskDirectory);
  const written = sizeGiB === undefined ? fileSystem : { ...fileSystem, sizeGiB };
  writeAtomically(join(diskDirectory, "filesystem.json"), JSON.stringify(written));
}

export function fileSystemOf(diskDirectory: string): FileSystem | undefined {
  return readJsonFile<FileSystem>(join(diskDirectory, "filesystem.json"));
}

/** Whatever the disk held is gone. */
export function format(diskDirectory: string, fileSystem: FileSystem): void {
  const root = join(diskDirectory, "root");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  writeFileSystem(diskDirectory, fileSystem);
}

/** Whether a process has a file of the directory open, or works in it. */
export function isInUse(directory: string): boolean {
  const own = resolve(directory);
  const isInside = (path: string) => path === own || path.startsWith(`${own}/`);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .some((pid) => [`/proc/${pid}/cwd`, ...openFiles(pid)].some((link) => isInside(targetOf(link))));
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`);
  } catch {
    return [];
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
