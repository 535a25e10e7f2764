// A file system and the disk under it: one grows, and the other when it is asked to.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { diskCommand } from "./disk-commands.ts";
import { createDisks, DISK_FILE } from "./disks.ts";

test("a file system is as large as its disk was, and goes as far as the disk does when it is extended while it is mounted", () => {
  const directory = mkdtempSync(join(tmpdir(), "disks-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const volume = join(directory, "volume");
  const at = join(directory, "machine", "at");
  for (const one of [volume, at]) mkdirSync(one, { recursive: true });
  const size = (sizeGiB: number) => writeFileSync(join(volume, DISK_FILE), JSON.stringify({ sizeGiB }));
  size(1);
  const disks = createDisks(join(directory, "machine"));
  disks.plug({ device: "/dev/sdf", serial: "vol1", directory: volume });
  const { path } = disks.list()[0]!;
  const run = (command: string, ...args: string[]) =>
    diskCommand(command, { disks, cwd: join(directory, "machine"), args });
  const bytes = () => Number(/FSSIZE="(\d+)"/.exec(run("blkid", "-p", path).stdout)![1]);
  expect(run("resize2fs", path)).toMatchObject({ code: 1 });
  expect(run("mkfs.ext4", "-q", path).code).toBe(0);
  expect(run("resize2fs", path)).toMatchObject({ code: 1, stderr: expect.stringContaining("e2fsck -f") });
  expect(run("mount", path, "at").code).toBe(0);
  writeFileSync(join(at, "file"), "kept");
  expect(run("resize2fs", path).stdout).toContain("Nothing to do!");
  size(3);
  expect(bytes()).toBe(2 ** 30);
  expect(run("resize2fs", path).code).toBe(0);
  expect(bytes()).toBe(3 * 2 ** 30);
  expect(readFileSync(join(at, "file"), "utf8")).toBe("kept");
});
