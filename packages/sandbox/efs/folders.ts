// The folder of this machine that is a file system, and the part of it that an access point shows: made when it is first
// mounted, as EFS makes a root directory that is not there and has its creation info (EFS user guide, "Enforcing a root
// directory with an access point").
import { existsSync, mkdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { type EfsState, fault, mountTargetsOf, needAccessPoint, needFileSystem } from "./state.ts";

export type Files = {
  /** Of an access point, by id or ARN. Throws AccessPointNotFound. */
  accessPointFolder(idOrArn: string): string;
  /** Of a file system, or a folder in it. Throws FileSystemNotFound. */
  fileSystemFolder(id: string, path?: string): string;
  /** Whether one of these subnets has a way to the file system behind an access point. */
  isReachable(accessPoint: string, subnetIds: string[]): boolean;
};

export function createFiles(state: EfsState, directory: string): Files {
  const folderOf = (id: string, path: string) =>
    join(directory, needFileSystem(state, id).id, normalize(`/${path}`));
  return {
    accessPointFolder(idOrArn) {
      const { fileSystemId, asked } = needAccessPoint(state, idOrArn);
      const { Path = "/", CreationInfo } = asked.RootDirectory ?? {};
      const folder = folderOf(fileSystemId, Path);
      if (!existsSync(folder) && Path !== "/" && !CreationInfo)
        throw fault("BadRequest", `The root directory ${Path} does not exist and has no creation info.`);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    fileSystemFolder(id, path = "/") {
      const folder = folderOf(id, path);
      if (path === "/") mkdirSync(folder, { recursive: true });
      return folder;
    },
    isReachable(accessPoint, subnetIds) {
      const { fileSystemId } = needAccessPoint(state, accessPoint);
      return mountTargetsOf(state, fileSystemId).some(({ subnetId }) => subnetIds.includes(subnetId));
    },
  };
}
