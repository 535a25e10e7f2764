// The access point of a shared volume: found by its client token, made where there is none. Its folder is made by EFS when it
// is first mounted (EFS user guide, "Enforcing a root directory with an access point"), for the user of the settings.
import { createHash } from "node:crypto";
import { CreateAccessPointCommand, DescribeAccessPointsCommand, type EFSClient } from "@aws-sdk/client-efs";
import type { Storage } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";

export type SharedVolume = { storage: Storage; app: string; environment: string; volume: string };

/** Where its files are in the file system. */
export function folderOf({ app, environment, volume }: Omit<SharedVolume, "storage">): string {
  return `/${app}/${environment}/${volume}`;
}

/** Its ARN. Idempotent. Throws `driver_failed` where EFS refuses, `platform_denied` where we may not. */
export async function ensureAccessPoint(efs: EFSClient, one: SharedVolume): Promise<string> {
  try {
    const made = await efs.send(new CreateAccessPointCommand(wanted(one)));
    return made.AccessPointArn!;
  } catch (error) {
    const { name, AccessPointId } = error as Error & { AccessPointId?: string };
    if (name !== "AccessPointAlreadyExists" || !AccessPointId) throw refused(one, error as Error);
    const found = await efs.send(new DescribeAccessPointsCommand({ AccessPointId }));
    return found.AccessPoints![0]!.AccessPointArn!;
  }
}

function wanted(one: SharedVolume) {
  const { fileSystem, uid, gid } = one.storage;
  return {
    ClientToken: tokenOf(one),
    FileSystemId: fileSystem,
    PosixUser: { Uid: uid, Gid: gid },
    RootDirectory: {
      Path: folderOf(one),
      CreationInfo: { OwnerUid: uid, OwnerGid: gid, Permissions: "0750" },
    },
    Tags: [
      { Key: "Name", Value: `${one.app}/${one.environment} ${one.volume}` },
      { Key: "tutti:app", Value: one.app },
      { Key: "tutti:environment", Value: one.environment },
    ],
  };
}

/** At most 64 characters (CreateAccessPoint). Another user is another access point to the same files. */
function tokenOf({ storage, ...one }: SharedVolume): string {
  const text = `${folderOf(one)} ${storage.uid}:${storage.gid}`;
  return `tutti-${createHash("sha256").update(text).digest("hex").slice(0, 40)}`;
}

function refused({ storage, volume }: SharedVolume, cause: Error): TuttiError {
  const code = /AccessDenied|NotAuthorized/.test(cause.name) ? "platform_denied" : "driver_failed";
  return new TuttiError(
    code,
    `The volume ${volume} cannot be had from ${storage.fileSystem}: ${cause.name}: ${cause.message}`,
    { cause },
  );
}
