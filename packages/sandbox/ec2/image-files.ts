// The files of an image: a copy of an instance's directory without what is the instance's own, and back into the
// directory of a new one. A disk looks the same on every real instance; here each has a path of its own, so what
// names the old path (links of enabled units, unit files) is made to name the new one.
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ImageRecord } from "./model.ts";

const run = promisify(execFile);
const LIMITS = { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };

/** Logs, identity, disks and scratch of the instance; its `bin` is made anew at each boot, but may hold programs too. */
const INSTANCES_OWN = ["tmp", "dev", "var/log", "var/lib/cloud", "var/lib/amazon"];

/** Answers what is to be adapted in each copy. */
export async function takeImage(instanceDirectory: string, imageDirectory: string) {
  await copyInto(instanceDirectory, imageDirectory);
  await Promise.all(
    INSTANCES_OWN.map((path) => rm(join(imageDirectory, path), { recursive: true, force: true })),
  );
  return {
    directory: instanceDirectory,
    files: await filesNaming(instanceDirectory, imageDirectory),
    links: await linksInto(instanceDirectory, imageDirectory),
  };
}

/** Whatever an attempt that was cut off left behind is replaced. */
export async function furnish(
  instanceDirectory: string,
  imageDirectory: string,
  origin: ImageRecord["origin"],
): Promise<void> {
  if (!origin) {
    await rm(instanceDirectory, { recursive: true, force: true });
    await mkdir(instanceDirectory, { recursive: true });
    return;
  }
  await copyInto(imageDirectory, instanceDirectory);
  const move = (text: string) => text.replaceAll(origin.directory, instanceDirectory);
  await Promise.all([
    ...origin.files.map(async (name) => {
      const path = join(instanceDirectory, name);
      await writeFile(path, move(await readFile(path, "utf8")));
    }),
    ...origin.links.map(async (name) => {
      const path = join(instanceDirectory, name);
      const target = move(await readlink(path));
      await rm(path);
      await symlink(target, path);
    }),
  ]);
}

async function copyInto(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const entries = (await readdir(from)).map((name) => join(from, name));
  if (entries.length > 0) await run("cp", ["-a", "--reflink=auto", "--", ...entries, to], LIMITS);
}

async function filesNaming(text: string, directory: string): Promise<string[]> {
  try {
    const { stdout } = await run("grep", ["-rlIFZ", "-e", text, "."], { ...LIMITS, cwd: directory });
    return stdout.split("\0").filter(Boolean);
  } catch (error) {
    // grep(1): status 1 says that no line was selected.
    if ((error as { code?: unknown }).code === 1) return [];
    throw error;
  }
}

async function linksInto(text: string, directory: string): Promise<string[]> {
  const { stdout } = await run("find", [".", "-type", "l", "-printf", "%p\\0%l\\0"], {
    ...LIMITS,
    cwd: directory,
  });
  const words = stdout.split("\0");
  return words.filter((_, index) => index % 2 === 0 && words[index + 1]?.startsWith(text));
}
