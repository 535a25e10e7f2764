// The file system of shared volumes, with a way to it from each subnet. Made at the first start, and found again by its token.
import {
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DescribeFileSystemsCommand,
  DescribeMountTargetsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import type { AwsAccess } from "./deploy/access.ts";

const TOKEN = "tutti";

/** Answers its id. Idempotent. */
export async function furnishFiles(access: AwsAccess, subnets: string[]): Promise<string> {
  const efs = new EFSClient(access);
  const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({ CreationToken: TOKEN }));
  const known = FileSystems?.[0];
  const { FileSystemId } =
    known ?? (await efs.send(new CreateFileSystemCommand({ CreationToken: TOKEN, Encrypted: true })));
  const { MountTargets = [] } = await efs.send(new DescribeMountTargetsCommand({ FileSystemId }));
  const reached = new Set(MountTargets.map(({ SubnetId }) => SubnetId));
  for (const SubnetId of subnets.filter((one) => !reached.has(one)))
    await efs.send(new CreateMountTargetCommand({ FileSystemId, SubnetId }));
  return FileSystemId!;
}
