// The few SDK calls that virtual machines need, each with a time-out. A thing that is not there is `null` or empty, never
// an error.
import {
  type AutoScalingClient,
  type AutoScalingGroup,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandOutput,
  DescribeSnapshotsCommand,
  type EC2Client,
  type Filter,
  type Image,
  type Instance,
  type Snapshot,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { Balancer } from "#targets/balancer/balancer.ts";
import type { Client, Names } from "#targets/cloud-map/names.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { Offers } from "./offers.ts";

export type VmClients = {
  ec2: EC2Client;
  autoscaling: AutoScalingClient;
  ssm: SSMClient;
  sfn: SFNClient;
  elb: ElasticLoadBalancingV2Client;
  /** Loaded where an environment names a namespace of Cloud Map. */
  discovery: Client;
};

export type VmSetup = VmClients & {
  /** Templates, groups and images are `<namePrefix><app>…`. */
  namePrefix: string;
  /** ARN of the state machine that makes images. */
  imageMachineArn: string;
};

export type Vm = VmSetup & { balancer: Balancer; names: Names; offers: Offers };

/** One call to Auto Scaling; `null` where the group is not there. */
export async function callGroup<T>(
  action: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T | null> {
  try {
    return await callAws(`autoscaling:${action}`, (abortSignal) => send({ abortSignal }));
  } catch (error) {
    if (isMissingGroup(error)) return null;
    throw error;
  }
}

/** Auto Scaling has no error of its own for it: a ValidationError whose message says so. */
function isMissingGroup(error: unknown): boolean {
  const said = String((error as Error).message);
  return isAwsError(error, "ValidationError") && /not found|does not exist/i.test(said);
}

export async function readGroups(
  { autoscaling }: Pick<Vm, "autoscaling">,
  names: string[],
): Promise<AutoScalingGroup[]> {
  const answer = await callAws("autoscaling:DescribeAutoScalingGroups", (abortSignal) =>
    autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }), { abortSignal }),
  );
  return answer.AutoScalingGroups ?? [];
}

/** A tag that is `null` is taken away. */
export async function tagGroup(
  { autoscaling }: Pick<Vm, "autoscaling">,
  name: string,
  tags: Record<string, string | null>,
): Promise<void> {
  const of = (Key: string, Value?: string) => ({
    ResourceId: name,
    ResourceType: "auto-scaling-group",
    Key,
    ...(Value === undefined ? {} : { Value, PropagateAtLaunch: false }),
  });
  const entries = Object.entries(tags);
  const set = entries.flatMap(([key, value]) => (value === null ? [] : [of(key, value)]));
  const gone = entries.flatMap(([key, value]) => (value === null ? [of(key)] : []));
  if (set.length > 0)
    await callGroup("CreateOrUpdateTags", (options) =>
      autoscaling.send(new CreateOrUpdateTagsCommand({ Tags: set }), options),
    );
  if (gone.length > 0)
    await callGroup("DeleteTags", (options) =>
      autoscaling.send(new DeleteTagsCommand({ Tags: gone }), options),
    );
}

/** Those that are not terminated. */
export async function findInstances({ ec2 }: Pick<Vm, "ec2">, Filters: Filter[]): Promise<Instance[]> {
  const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const page: DescribeInstancesCommandOutput = await callAws("ec2:DescribeInstances", (abortSignal) =>
      ec2.send(new DescribeInstancesCommand({ Filters: [...Filters, alive], NextToken }), { abortSignal }),
    );
    found.push(...(page.Reservations ?? []).flatMap((one) => one.Instances ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

export function tagFilters(tags: Record<string, string>): Filter[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

export async function terminateInstances({ ec2 }: Pick<Vm, "ec2">, InstanceIds: string[]): Promise<void> {
  if (InstanceIds.length === 0) return;
  try {
    await callAws("ec2:TerminateInstances", (abortSignal) =>
      ec2.send(new TerminateInstancesCommand({ InstanceIds }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "InvalidInstanceID.NotFound")) throw error;
  }
}

/** Own images in any state. */
export async function findImages({ ec2 }: Pick<Vm, "ec2">, Filters: Filter[]): Promise<Image[]> {
  const answer = await callAws("ec2:DescribeImages", (abortSignal) =>
    ec2.send(new DescribeImagesCommand({ Owners: ["self"], Filters }), { abortSignal }),
  );
  return answer.Images ?? [];
}

/** Own snapshots, newest first. */
export async function readSnapshots({ ec2 }: Pick<Vm, "ec2">, Filters: Filter[]): Promise<Snapshot[]> {
  const answer = await callAws("ec2:DescribeSnapshots", (abortSignal) =>
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], Filters }), { abortSignal }),
  );
  const at = ({ StartTime }: Snapshot) => StartTime?.getTime() ?? 0;
  return (answer.Snapshots ?? []).sort((a, b) => at(b) - at(a));
}

/**
 * The image and the snapshots it is made of, which EC2 takes along; nothing there is fine. What EC2 could not take along it tells in an
 * answer that may be lost, or somebody else's (API reference, DeregisterImage): so whoever asks looks which are left.
 */
export async function deleteImage(
  vm: Pick<Vm, "ec2">,
  { ImageId, BlockDeviceMappings = [] }: Image,
): Promise<void> {
  const isThere = async () => (await findImages(vm, [{ Name: "image-id", Values: [ImageId!] }])).length > 0;
  const deregister = (abortSignal: AbortSignal) =>
    vm.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }), { abortSignal });
  await deleting("DeregisterImage", deregister, isThere);
  const ids = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  for (const id of await thoseThere(vm, ids)) await deleteSnapshot(vm, id);
}

async function thoseThere(vm: Pick<Vm, "ec2">, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await readSnapshots(vm, [{ Name: "snapshot-id", Values: ids }]);
  return found.map(({ SnapshotId = "" }) => SnapshotId);
}

export async function deleteSnapshot(vm: Pick<Vm, "ec2">, SnapshotId: string): Promise<void> {
  const send = (abortSignal: AbortSignal) =>
    vm.ec2.send(new DeleteSnapshotCommand({ SnapshotId }), { abortSignal });
  await deleting("DeleteSnapshot", send, async () => (await thoseThere(vm, [SnapshotId])).length > 0);
}

const GONE = [
  "InvalidAMIID.NotFound",
  "InvalidAMIID.Unavailable",
  "InvalidSnapshot.NotFound",
  "InvalidVolume.NotFound",
];

/**
 * Whether there was something to delete: somebody may have been faster. What is gone has no tags, so whoever may delete
 * only what is tagged as ours hears UnauthorizedOperation, and no word of its being gone (runs-on/terraform-aws-runs-on
 * issue 60 has EC2's answers): then it is looked for.
 */
export async function deleting(
  action: string,
  send: (abortSignal: AbortSignal) => Promise<unknown>,
  isThere?: () => Promise<boolean>,
): Promise<boolean> {
  try {
    await callAws(`ec2:${action}`, send);
    return true;
  } catch (error) {
    if (isAwsError(error, ...GONE)) return false;
    if (isThere && isAwsError(error, "UnauthorizedOperation") && !(await isThere())) return false;
    throw error;
  }
}
