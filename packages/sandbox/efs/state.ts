// What EFS remembers, and how it looks in an answer.
import { join } from "node:path";
import type {
  AccessPointDescription,
  CreateAccessPointRequest,
  CreateFileSystemRequest,
  FileSystemDescription,
  MountTargetDescription,
} from "@aws-sdk/client-efs";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";

export type FileSystem = { id: string; token: string; createdAt: number; asked: CreateFileSystemRequest };
export type MountTarget = { id: string; fileSystemId: string; subnetId: string; groups: string[] };
export type AccessPoint = { id: string; fileSystemId: string; asked: CreateAccessPointRequest };

export type EfsState = {
  platform: Platform;
  fileSystems: Documents<FileSystem>;
  mountTargets: Documents<MountTarget>;
  accessPoints: Documents<AccessPoint>;
};

export function openState(platform: Platform, directory: string): EfsState {
  return {
    platform,
    fileSystems: openDocuments(join(directory, "file-systems")),
    mountTargets: openDocuments(join(directory, "mount-targets")),
    accessPoints: openDocuments(join(directory, "access-points")),
  };
}

export function fault(code: string, message: string, extra: Record<string, unknown> = {}): AwsError {
  return new AwsError(code, message, { ErrorCode: code, Message: message, ...extra });
}

export function needFileSystem({ fileSystems }: EfsState, id: string): FileSystem {
  const found = fileSystems.get(id);
  if (!found) throw fault("FileSystemNotFound", `File system '${id}' does not exist.`);
  return found;
}

/** By id or ARN. */
export function needAccessPoint({ accessPoints }: EfsState, idOrArn: string): AccessPoint {
  const found = accessPoints.get(idOrArn.split("/").at(-1)!);
  if (!found) throw fault("AccessPointNotFound", `Access point '${idOrArn}' does not exist.`);
  return found;
}

export function mountTargetsOf({ mountTargets }: EfsState, fileSystemId: string): MountTarget[] {
  return mountTargets.list().filter((one) => one.fileSystemId === fileSystemId);
}

export function arnOf({ accountId, region }: Platform, resource: string): string {
  return `arn:aws:elasticfilesystem:${region}:${accountId}:${resource}`;
}

export function describeFileSystem(state: EfsState, one: FileSystem): FileSystemDescription {
  const { asked, id, token, createdAt } = one;
  return {
    OwnerId: state.platform.accountId,
    CreationToken: token,
    FileSystemId: id,
    FileSystemArn: arnOf(state.platform, `file-system/${id}`),
    CreationTime: new Date(createdAt),
    LifeCycleState: "available",
    NumberOfMountTargets: mountTargetsOf(state, id).length,
    SizeInBytes: { Value: 0 },
    PerformanceMode: asked.PerformanceMode ?? "generalPurpose",
    ThroughputMode: asked.ThroughputMode ?? "bursting",
    Encrypted: asked.Encrypted ?? false,
    Tags: asked.Tags ?? [],
  };
}

export function describeMountTarget(state: EfsState, one: MountTarget): MountTargetDescription {
  return {
    OwnerId: state.platform.accountId,
    MountTargetId: one.id,
    FileSystemId: one.fileSystemId,
    SubnetId: one.subnetId,
    LifeCycleState: "available",
  };
}

export function describeAccessPoint(state: EfsState, one: AccessPoint): AccessPointDescription {
  const { ClientToken, Tags = [], PosixUser, RootDirectory } = one.asked;
  return {
    ClientToken,
    Name: Tags.find(({ Key }) => Key === "Name")?.Value,
    Tags,
    AccessPointId: one.id,
    AccessPointArn: arnOf(state.platform, `access-point/${one.id}`),
    FileSystemId: one.fileSystemId,
    PosixUser,
    RootDirectory: { Path: "/", ...RootDirectory },
    OwnerId: state.platform.accountId,
    LifeCycleState: "available",
  };
}
