// lsblk(8), blkid(8), mkfs.ext4(8), resize2fs(8), mount(8), umount(8) and mountpoint(1) for the disks of a machine, in the few ways in which
// scripts call them, with the exit statuses of their pages. What is not there is refused, never ignored.
import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { DONE, printed, type Reply, refused } from "./command-reply.ts";
import {
  type Disks,
  fileSystemOf,
  format,
  isDirectory,
  isInUse,
  sizeOfDisk,
  writeFileSystem,
} from "./disks.ts";

export const DISK_COMMANDS = ["lsblk", "blkid", "mkfs.ext4", "resize2fs", "mount", "umount", "mountpoint"];

type Call = { disks: Disks; cwd: string; args: string[] };

export function diskCommand(command: string, call: Call): Reply {
  return COMMANDS[command]!(call);
}

const COMMANDS: Record<string, (call: Call) => Reply> = {
  lsblk,
  blkid,
  "mkfs.ext4": mkfs,
  resize2fs,
  mount,
  umount,
  mountpoint,
};

/** `lsblk -dpnro NAME,SERIAL`: no trees, full paths, no headings, raw. */
function lsblk({ disks, args }: Call): Reply {
  if (args.join(" ") !== "-dpnro NAME,SERIAL")
    return refused(`lsblk: ${args.join(" ")}: on a sandbox machine it is -dpnro NAME,SERIAL alone`);
  return printed(
    disks
      .list()
      .map(({ path, serial }) => `${path} ${serial}`)
      .join("\n"),
  );
}

/** `blkid -p DEVICE`: 2 where the device says nothing of what it holds. */
function blkid({ disks, cwd, args }: Call): Reply {
  const [option, path = "", ...rest] = args;
  if (option !== "-p" || rest.length > 0)
    return refused("blkid: on a sandbox machine it is -p DEVICE alone", 4);
  const disk = diskAt(disks, cwd, path);
  if (!disk) return refused(`blkid: error: ${path}: No such file or directory`, 2);
  const found = fileSystemOf(disk.directory);
  if (!found) return { ...DONE, code: 2 };
  const label = found.label === undefined ? "" : ` LABEL="${found.label}"`;
  // libblkid(3), "TAGS", of newer versions: FSSIZE is in bytes; 2.38.1 does not tell it.
  const size = found.sizeGiB === undefined ? "" : ` FSSIZE="${found.sizeGiB * 2 ** 30}"`;
  return printed(`${disk.path}:${label} UUID="${found.uuid}" TYPE="${found.type}"${size} USAGE="filesystem"`);
}

/** One that is mounted is extended as it is used; else resize2fs(8) asks for e2fsck(8) first. */
function resize2fs({ disks, cwd, args }: Call): Reply {
  const [path = "", ...rest] = args;
  if (path.startsWith("-") || rest.length > 0)
    return refused("resize2fs: on a sandbox machine it is DEVICE alone");
  const disk = diskAt(disks, cwd, path);
  const found = disk && fileSystemOf(disk.directory);
  if (!disk || found?.type !== "ext4")
    return refused(`resize2fs: Bad magic number in super-block while trying to open ${path}`);
  if (!disks.mounts().some((one) => one.path === disk.path))
    return refused(`Please run 'e2fsck -f ${path}' first.`);
  if (found.sizeGiB === sizeOfDisk(disk.directory))
    return printed("The filesystem is already as long as its device.  Nothing to do!");
  writeFileSystem(disk.directory, found);
  return printed(`The filesystem on ${path} is now ${sizeOfDisk(disk.directory)} GiB long.`);
}

/** Asks nobody, as where standard input is no terminal: what was on it is gone. */
function mkfs({ disks, cwd, args }: Call): Reply {
  const { options, words } = sorted(args, ["-L"]);
  const unknown = Object.keys(options).find((name) => !["-q", "-L"].includes(name));
  if (unknown || words.length !== 1)
    return refused("mkfs.ext4: on a sandbox machine it is [-q] [-L LABEL] DEVICE");
  const disk = diskAt(disks, cwd, words[0]!);
  if (!disk) return refused(`The file ${words[0]} does not exist and no size was specified.`);
  if (disks.mounts().some(({ path }) => path === disk.path))
    return refused(`${disk.path} is mounted; will not make a filesystem here!`);
  const label = options["-L"];
  format(disk.directory, { type: "ext4", uuid: randomUUID(), ...(label === undefined ? {} : { label }) });
  return DONE;
}

/** mount(8), "EXIT STATUS": 32 is a mount that failed. */
function mount({ disks, cwd, args }: Call): Reply {
  const { options, words } = sorted(args, ["-o", "-t"]);
  const unknown = Object.keys(options).find((name) => !["-o", "-t"].includes(name));
  if (unknown || words.length !== 2)
    return refused("mount: on a sandbox machine it is [-t TYPE] [-o OPTIONS] DEVICE DIRECTORY");
  const [device, at] = [words[0]!, resolve(cwd, words[1]!)];
  const disk = diskAt(disks, cwd, device);
  if (!disk) return refused(`mount: ${at}: special device ${device} does not exist.`, 32);
  if (!isDirectory(at)) return refused(`mount: ${at}: mount point does not exist.`, 32);
  const type = fileSystemOf(disk.directory)?.type;
  if (type === undefined || (options["-t"] ?? type) !== type)
    return refused(`mount: ${at}: wrong fs type, bad option, bad superblock on ${disk.path}.`, 32);
  if (disks.mounts().some((one) => one.path === disk.path || one.at === at))
    return refused(`mount: ${at}: ${disk.path} already mounted or mount point busy.`, 32);
  disks.mount(disk.path, at);
  return DONE;
}

function umount({ disks, cwd, args }: Call): Reply {
  const [path = "", ...rest] = args;
  if (path.startsWith("-") || rest.length > 0)
    return refused("umount: on a sandbox machine it is DIRECTORY alone");
  const at = resolve(cwd, path);
  const found = disks.mounts().find((one) => one.at === at || one.path === at);
  if (!found) return refused(`umount: ${path}: not mounted.`, 32);
  if (isInUse(join(found.directory, "root"))) return refused(`umount: ${path}: target is busy.`, 32);
  disks.unmount(found.at);
  return DONE;
}

function mountpoint({ disks, cwd, args }: Call): Reply {
  const { options, words } = sorted(args, []);
  const at = resolve(cwd, words[0] ?? "");
  const is = disks.mounts().some((one) => one.at === at);
  if ("-q" in options) return { ...DONE, code: is ? 0 : 32 };
  return is ? printed(`${at} is a mountpoint`) : printed(`${at} is not a mountpoint`, 32);
}

function diskAt(disks: Disks, cwd: string, path: string) {
  return disks.list().find((one) => one.path === resolve(cwd, path));
}

/** Options with a value stand before it, as a word of its own. */
function sorted(args: string[], valued: string[]): { options: Record<string, string>; words: string[] } {
  const options: Record<string, string> = {};
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!;
    if (valued.includes(word)) options[word] = args[++index] ?? "";
    else if (word.startsWith("-")) options[word] = "";
    else words.push(word);
  }
  return { options, words };
}
