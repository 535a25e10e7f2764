// What a function keeps its files on, and the network that it is in: the environment's file system at the volume's path, and the size
// of /tmp. A file system is reached through the environment's network, so that a function with a volume is in it, unasked.
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Spec } from "#core/domain/spec.ts";
import { type LiveVolume, volumeVariable } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import type { FunctionDeps } from "./client.ts";

/** Lambda developer guide, "Configure ephemeral storage for Lambda functions": without a word it is 512. */
const USUAL_TMP_MIB = 512;

export type StorageSettings = {
  EphemeralStorage?: { Size: number };
  VpcConfig?: { SubnetIds: string[]; SecurityGroupIds: string[] };
  FileSystemConfigs?: { Arn: string; LocalMountPath: string }[];
};

/** What is not said is left out. Throws a Refusal where the environment lacks what a volume needs. */
export async function storageOf(deps: FunctionDeps, target: TargetContext): Promise<StorageSettings> {
  const { ephemeralMiB } = target.spec.function;
  const tmp = ephemeralMiB === undefined ? {} : { EphemeralStorage: { Size: ephemeralMiB } };
  return { ...tmp, ...networkOf(target), ...(await mountOf(deps, target)) };
}

function networkOf(target: TargetContext): Pick<StorageSettings, "VpcConfig"> {
  const problem = networkProblem(target);
  if (problem !== null) throw new Refusal(problem);
  const { network } = target.environment;
  if (!network || !isInNetwork(target.spec)) return {};
  return { VpcConfig: { SubnetIds: network.subnetIds, SecurityGroupIds: network.securityGroupIds } };
}

/** What the environment lacks for a function that asks to be in its network: Lambda takes no subnets without a group. */
export function networkProblem({
  spec,
  environment: { name, network },
}: Pick<TargetContext, "spec" | "environment">): string | null {
  if (!isInNetwork(spec) || (network && network.securityGroupIds.length > 0)) return null;
  const what = spec.function.network ? "function.network" : "A function with a volume";
  return `${what} needs a network with security groups in the settings of ${name}.`;
}

function isInNetwork({ function: own, volumes = [] }: Pick<Spec, "function" | "volumes">): boolean {
  return own.network === true || volumes.length > 0;
}

async function mountOf(
  deps: FunctionDeps,
  { app, spec, environment }: TargetContext,
): Promise<Pick<StorageSettings, "FileSystemConfigs">> {
  const [volume] = spec.volumes ?? [];
  if (!volume) return {};
  const { storage, name } = environment;
  if (!storage) throw new Refusal(`A function with a volume needs storage in the settings of ${name}.`);
  // Loaded for those who have a volume.
  const { ensureAccessPoint } = await import("#targets/files/access-points.ts");
  const Arn = await ensureAccessPoint(await deps.efs(), {
    storage,
    app,
    environment: name,
    volume: volume.name,
  });
  return { FileSystemConfigs: [{ Arn, LocalMountPath: volume.path }] };
}

/** `TUTTI_VOLUME_DATA`: where it lies. */
export function volumeVariables({ volumes = [] }: Pick<Spec, "volumes">): Record<string, string> {
  return Object.fromEntries(volumes.map(({ name, path }) => [volumeVariable(name), path]));
}

export function hasStorage(live: FunctionConfiguration, wanted: StorageSettings): boolean {
  const size = live.EphemeralStorage?.Size ?? USUAL_TMP_MIB;
  return (
    size === (wanted.EphemeralStorage?.Size ?? USUAL_TMP_MIB) &&
    sameList(live.VpcConfig?.SubnetIds, wanted.VpcConfig?.SubnetIds) &&
    sameList(live.VpcConfig?.SecurityGroupIds, wanted.VpcConfig?.SecurityGroupIds) &&
    sameList(mounts(live.FileSystemConfigs), mounts(wanted.FileSystemConfigs))
  );
}

const mounts = (all: FunctionConfiguration["FileSystemConfigs"] = []) =>
  all.map(({ Arn, LocalMountPath }) => `${Arn} ${LocalMountPath}`);

function sameList(a: string[] = [], b: string[] = []): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}

/** What the release before had and this one has not is taken away by its empty value. */
export function withoutRest(live: FunctionConfiguration, wanted: StorageSettings): StorageSettings {
  const off: StorageSettings = {};
  if (mounts(live.FileSystemConfigs).length > 0) off.FileSystemConfigs = [];
  if ((live.VpcConfig?.SubnetIds ?? []).length > 0) off.VpcConfig = { SubnetIds: [], SecurityGroupIds: [] };
  if ((live.EphemeralStorage?.Size ?? USUAL_TMP_MIB) !== USUAL_TMP_MIB)
    off.EphemeralStorage = { Size: USUAL_TMP_MIB };
  return { ...off, ...wanted };
}

/** As the version that serves mounts it. */
export function liveVolumes(
  all: FunctionConfiguration["FileSystemConfigs"],
  { spec, environment }: Pick<TargetContext, "spec" | "environment">,
): { volumes?: LiveVolume[] } {
  const volumes = (all ?? []).map(({ Arn = "", LocalMountPath = "" }): LiveVolume => {
    const named = spec.volumes?.find(({ path }) => path === LocalMountPath);
    const accessPoint = Arn.split("/").at(-1);
    const where = [environment.storage?.fileSystem, accessPoint].filter(Boolean).join(", ");
    return { name: named?.name ?? LocalMountPath.replace("/mnt/", ""), sizeGiB: null, where, copy: null };
  });
  return volumes.length === 0 ? {} : { volumes };
}
