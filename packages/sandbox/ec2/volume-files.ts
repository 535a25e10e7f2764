// What volumes and snapshots hold: a directory each, as machines/disks.ts knows them. A snapshot is a copy.
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeAtomically } from "../ground/files.ts";
import { DISK_FILE } from "../machines/disks.ts";
import type { State } from "./state.ts";

const run = promisify(execFile);

export function volumeDirectory(state: State, id: string): string {
  return join(state.directory, "volume-files", id);
}

export function snapshotDirectory(state: State, id: string): string {
  return join(state.directory, "snapshot-files", id);
}

/** As the machine sees it that has it. */
export function writeDiskSize(state: State, id: string, sizeGiB: number): void {
  const directory = volumeDirectory(state, id);
  mkdirSync(directory, { recursive: true });
  writeAtomically(join(directory, DISK_FILE), JSON.stringify({ sizeGiB }));
}

/** Whatever an attempt that was cut off left behind is replaced. */
export async function makeBlank(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
}

export async function copyFiles(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, ".."), { recursive: true });
  await run("cp", ["-a", "--reflink=auto", "--", from, to], { timeout: 120_000 });
}

export async function removeFiles(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
