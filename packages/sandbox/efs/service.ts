// Elastic File System: what there is to mount, and where. API reference of EFS, 2015-02-01.
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type {
  CreateAccessPointRequest,
  CreateFileSystemRequest,
  CreateMountTargetRequest,
  DescribeAccessPointsRequest,
  DescribeFileSystemsRequest,
  DescribeMountTargetsRequest,
} from "@aws-sdk/client-efs";
import type { Handler, Platform, Service } from "../platform.ts";
import { createFiles, type Files } from "./folders.ts";
import {
  arnOf,
  describeAccessPoint,
  describeFileSystem,
  describeMountTarget,
  type EfsState,
  fault,
  mountTargetsOf,
  needAccessPoint,
  needFileSystem,
  openState,
} from "./state.ts";

export type EfsService = Service & { files: Files };

export function createEfs(platform: Platform): EfsService {
  const directory = join(platform.directory, "elasticfilesystem");
  const state = openState(platform, directory);
  const fileSystem = ({ FileSystemId }: { FileSystemId: string }) => [
    arnOf(platform, `file-system/${FileSystemId}`),
  ];
  const accessPoint = ({ AccessPointId }: { AccessPointId: string }) => [
    arnOf(platform, `access-point/${AccessPointId}`),
  ];
  return {
    name: "elasticfilesystem",
    loadWire: async () => {
      const module = await import("@aws-sdk/client-efs");
      return { module, Client: module.EFSClient };
    },
    handlers: { ...fileSystemHandlers(state), ...mountTargetHandlers(state), ...accessPointHandlers(state) },
    // Service Authorization Reference, Amazon Elastic File System.
    iamResources: {
      CreateMountTarget: fileSystem,
      DescribeMountTargets: (input: DescribeMountTargetsRequest) =>
        input.FileSystemId ? fileSystem({ FileSystemId: input.FileSystemId }) : ["*"],
      DescribeFileSystems: (input: DescribeFileSystemsRequest) =>
        input.FileSystemId ? fileSystem({ FileSystemId: input.FileSystemId }) : ["*"],
      CreateAccessPoint: fileSystem,
      DeleteAccessPoint: accessPoint,
      DescribeAccessPoints: ({ AccessPointId, FileSystemId }: DescribeAccessPointsRequest) => {
        if (AccessPointId) return accessPoint({ AccessPointId });
        return FileSystemId ? fileSystem({ FileSystemId }) : ["*"];
      },
    },
    iamAlso: {
      // "Tagging resources during creation", EFS user guide.
      CreateAccessPoint: ({ FileSystemId, Tags }: CreateAccessPointRequest) =>
        (Tags ?? []).length === 0
          ? []
          : [
              {
                action: "elasticfilesystem:TagResource",
                resource: fileSystem({ FileSystemId: FileSystemId! })[0]!,
              },
            ],
    },
    files: createFiles(state, join(directory, "files")),
  };
}

function fileSystemHandlers(state: EfsState): Record<string, Handler> {
  const { fileSystems, platform } = state;
  return {
    CreateFileSystem(asked: CreateFileSystemRequest) {
      const token = asked.CreationToken ?? randomUUID();
      const known = fileSystems.list().find((one) => one.token === token);
      if (known)
        throw fault(
          "FileSystemAlreadyExists",
          `File system '${known.id}' already exists with creation token '${token}'`,
          {
            FileSystemId: known.id,
          },
        );
      const made = { id: idOf("fs", token), token, createdAt: platform.now(), asked };
      fileSystems.set(made.id, made);
      return describeFileSystem(state, made);
    },
    DescribeFileSystems({ FileSystemId, CreationToken }: DescribeFileSystemsRequest) {
      if (FileSystemId)
        return { FileSystems: [describeFileSystem(state, needFileSystem(state, FileSystemId))] };
      const found = fileSystems
        .list()
        .filter(({ token }) => CreationToken === undefined || token === CreationToken);
      return { FileSystems: found.map((one) => describeFileSystem(state, one)) };
    },
  };
}

function mountTargetHandlers(state: EfsState): Record<string, Handler> {
  return {
    CreateMountTarget({ FileSystemId, SubnetId, SecurityGroups = [] }: CreateMountTargetRequest) {
      const { id } = needFileSystem(state, FileSystemId!);
      if (mountTargetsOf(state, id).some(({ subnetId }) => subnetId === SubnetId))
        throw fault("MountTargetConflict", "mount target already exists in this AZ");
      const made = {
        id: idOf("fsmt", `${id} ${SubnetId}`),
        fileSystemId: id,
        subnetId: SubnetId!,
        groups: SecurityGroups,
      };
      state.mountTargets.set(made.id, made);
      return describeMountTarget(state, made);
    },
    DescribeMountTargets({ FileSystemId, MountTargetId }: DescribeMountTargetsRequest) {
      if (!FileSystemId && !MountTargetId)
        throw fault("BadRequest", "FileSystemId or MountTargetId is needed.");
      if (FileSystemId) needFileSystem(state, FileSystemId);
      const found = state.mountTargets
        .list()
        .filter(({ id, fileSystemId }) => id === MountTargetId || fileSystemId === FileSystemId);
      return { MountTargets: found.map((one) => describeMountTarget(state, one)) };
    },
  };
}

function accessPointHandlers(state: EfsState): Record<string, Handler> {
  const { accessPoints } = state;
  return {
    CreateAccessPoint(asked: CreateAccessPointRequest) {
      const { id: fileSystemId } = needFileSystem(state, asked.FileSystemId!);
      const id = idOf("fsap", `${fileSystemId} ${asked.ClientToken}`);
      if (accessPoints.get(id))
        throw fault(
          "AccessPointAlreadyExists",
          `Access point '${id}' already exists with this client token.`,
          {
            AccessPointId: id,
          },
        );
      const made = { id, fileSystemId, asked };
      accessPoints.set(id, made);
      return describeAccessPoint(state, made);
    },
    DescribeAccessPoints({
      AccessPointId,
      FileSystemId,
      MaxResults = 100,
      NextToken,
    }: DescribeAccessPointsRequest) {
      if (AccessPointId)
        return { AccessPoints: [describeAccessPoint(state, needAccessPoint(state, AccessPointId))] };
      if (FileSystemId) needFileSystem(state, FileSystemId);
      const all = accessPoints
        .list()
        .filter((one) => FileSystemId === undefined || one.fileSystemId === FileSystemId)
        .filter(({ id }) => id > (NextToken ?? ""));
      const page = all.slice(0, MaxResults);
      return {
        AccessPoints: page.map((one) => describeAccessPoint(state, one)),
        ...(all.length > page.length ? { NextToken: page.at(-1)!.id } : {}),
      };
    },
    DeleteAccessPoint({ AccessPointId }: { AccessPointId: string }) {
      accessPoints.delete(needAccessPoint(state, AccessPointId).id);
      return {};
    },
  };
}

/** The same token gives the same id, so that a sandbox that is made anew is the same. */
function idOf(prefix: string, token: string): string {
  return `${prefix}-${createHash("sha256").update(token).digest("hex").slice(0, 17)}`;
}
