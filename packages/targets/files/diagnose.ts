// Whether the file system that an environment names is there, and can be reached from somewhere.
import { DescribeFileSystemsCommand, DescribeMountTargetsCommand, type EFSClient } from "@aws-sdk/client-efs";
import type { Environment } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";

export async function diagnoseStorage(
  efs: () => Promise<EFSClient>,
  { storage, network }: Environment,
): Promise<Check[]> {
  if (!storage) return [];
  const { fileSystem } = storage;
  const found = await check("storage.fileSystem", "Make the file system, or name another.", async () => {
    const { FileSystems } = await (await efs()).send(
      new DescribeFileSystemsCommand({ FileSystemId: fileSystem }),
    );
    const state = FileSystems?.[0]?.LifeCycleState;
    if (state !== "available") throw new Error(`${fileSystem} is ${state}.`);
    return `${fileSystem} is available.`;
  });
  if (!found.ok) return [found];
  const reached = await check(
    "storage",
    "Make a mount target in each zone of the environment's subnets, with a security group that lets port 2049 in.",
    async () => {
      if (!network) throw new Error("The environment has no network, through which it is mounted.");
      const { MountTargets = [] } = await (await efs()).send(
        new DescribeMountTargetsCommand({ FileSystemId: fileSystem }),
      );
      const ready = MountTargets.filter(({ LifeCycleState }) => LifeCycleState === "available");
      if (ready.length === 0) throw new Error(`${fileSystem} has no mount target that is available.`);
      return `${fileSystem} has ${ready.length} mount targets.`;
    },
  );
  return [found, reached];
}
