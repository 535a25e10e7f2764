// What a function sees beside its code: the file system of an access point at its path, and a /tmp of its own size. A worker thread
// cannot have mounts of its own, so such a function runs in a process of its own (environment-process.mjs). Where this
// machine does not let us, it is refused when it is asked for.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Files } from "../efs/folders.ts";
import { type Bind, mountProblem } from "../ground/mounts.ts";
import type { Settings } from "./configuration.ts";
import { invalid, notImplemented } from "./faults.ts";
import type { VersionRecord } from "./records.ts";

/** Lambda developer guide, "Configure ephemeral storage": without a word it is 512. */
const USUAL_TMP_MIB = 512;

/** What a request sets of it; an empty list takes it away. */
export function placeOf(
  before: VersionRecord,
  { VpcConfig, FileSystemConfigs }: Settings,
): Pick<VersionRecord, "vpc" | "fileSystems"> {
  const vpc = VpcConfig ? networkOf(VpcConfig) : before.vpc;
  const fileSystems = FileSystemConfigs ? FileSystemConfigs.map(fileSystemOf) : before.fileSystems;
  return { vpc, fileSystems: fileSystems?.length ? fileSystems : undefined };
}

function networkOf({ SubnetIds = [], SecurityGroupIds = [] }: NonNullable<Settings["VpcConfig"]>) {
  if ((SubnetIds.length === 0) !== (SecurityGroupIds.length === 0))
    throw invalid("SubnetIds and SecurityIds must coexist or be both empty list.");
  return SubnetIds.length === 0 ? undefined : { SubnetIds, SecurityGroupIds };
}

function fileSystemOf({ Arn = "", LocalMountPath = "" }: NonNullable<Settings["FileSystemConfigs"]>[number]) {
  if (!/^\/mnt\/[a-zA-Z0-9-_.]+$/.test(LocalMountPath))
    throw invalid(
      `Value '${LocalMountPath}' at 'localMountPath' must satisfy regular expression pattern: ^/mnt/[a-zA-Z0-9-_.]+$`,
    );
  return { Arn, LocalMountPath };
}

/** Throws InvalidParameterValueException, in Lambda's own words where they are its. */
export function checkMounts(
  files: Files,
  { vpc, fileSystems = [], ephemeralStorageMib }: VersionRecord,
): void {
  if (fileSystems.length === 0 && ephemeralStorageMib === USUAL_TMP_MIB) return;
  const problem = mountProblem();
  if (problem !== null) throw notImplemented(`A function with mounts of its own (${problem})`);
  if (fileSystems.length > 1)
    throw invalid("FileSystemConfigs: Member must have length less than or equal to 1");
  for (const { Arn } of fileSystems) {
    if (!vpc) throw invalid("Function must be configured to execute in a VPC to reference access point.");
    if (!isThere(files, Arn)) throw invalid(`EFS file system access point ${Arn} does not exist.`);
    if (!files.isReachable(Arn, vpc.SubnetIds))
      throw invalid(
        `EFS file system of ${Arn} does not have mount targets created in all availability zones the function will execute in. Please create EFS mount targets for each availability zone your function will execute in.`,
      );
  }
}

function isThere(files: Files, accessPoint: string): boolean {
  try {
    files.accessPointFolder(accessPoint);
    return true;
  } catch {
    return false;
  }
}

export type OwnMounts = { binds: Bind[]; scratch: string };

/** What runs the functions: this program and the modules beside it. */
const RUNTIME = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/**
 * Nothing where the function has no mounts. `directory`: of the service, in which its code is. That and what runs it are seen
 * below a /tmp of its own too.
 */
export function mountsOf(
  files: Files,
  { fileSystems = [], ephemeralStorageMib }: VersionRecord,
  directory: string,
): OwnMounts | undefined {
  const own = ephemeralStorageMib !== USUAL_TMP_MIB;
  if (!own && fileSystems.length === 0) return undefined;
  const tmp: Bind[] = own ? [{ sizeMib: ephemeralStorageMib, path: "/tmp" }] : [];
  const needed = own ? [directory, RUNTIME].filter((path) => path.startsWith("/tmp/")) : [];
  const code = needed.map((path): Bind => ({ source: path, path }));
  const shared = fileSystems.map(({ Arn, LocalMountPath }) => ({
    source: files.accessPointFolder(Arn),
    path: LocalMountPath,
  }));
  return { binds: [...tmp, ...code, ...shared], scratch: join(directory, "mounts") };
}
