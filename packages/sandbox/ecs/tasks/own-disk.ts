// A task's disk of its own: an EBS volume that ECS makes when the task starts, with the role that its service names, and deletes when
// the task has stopped (developer guide, "Use Amazon EBS volumes with Amazon ECS"). It is EC2's own volume, so that it may begin with a
// snapshot, and whoever lists volumes sees it.
import { setTimeout as sleep } from "node:timers/promises";
import type { DescribeVolumesResult, Volume } from "@aws-sdk/client-ec2";
import type { EBSTagSpecification } from "@aws-sdk/client-ecs";
import type { Task } from "../model.ts";
import type { State } from "../state.ts";
import { TaskFailure } from "./live-task.ts";

const LOOK_MILLISECONDS = 20;

type Tags = { key?: string | undefined; value?: string | undefined }[];

/** Throws ResourceInitializationError. Nothing where its service says nothing of a disk. */
export async function makeDisk(state: State, task: Task): Promise<void> {
  const [asked] = task.volumes ?? [];
  if (!asked) return;
  try {
    task.volumeId = await create(state, task);
    while ((await stateOf(state, task)) === "creating")
      await sleep(LOOK_MILLISECONDS, undefined, { ref: false });
    state.disks.hold(task.volumeId);
  } catch (error) {
    const message = `failed to make and attach the EBS volume ${asked.name}: ${(error as Error).message}`;
    throw new TaskFailure("ResourceInitializationError", message, error);
  }
}

async function create(state: State, task: Task): Promise<string> {
  const disk = task.volumes![0]!.managedEBSVolume!;
  const tags = [...MANAGED, ...(disk.tagSpecifications ?? []).flatMap((one) => tagsOf(state, task, one))];
  const made = (await call(state, task, "CreateVolume", {
    AvailabilityZone: task.zone,
    Size: disk.sizeInGiB,
    SnapshotId: disk.snapshotId,
    VolumeType: disk.volumeType ?? "gp3",
    Encrypted: disk.encrypted ?? true,
    TagSpecifications: [
      { ResourceType: "volume", Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
    ],
  })) as Volume;
  return made.VolumeId!;
}

/** Developer guide, "Tagging Amazon ECS resources". */
const MANAGED: Tags = [
  { key: "AmazonECSCreated", value: "true" },
  { key: "AmazonECSManaged", value: "true" },
];

function tagsOf(state: State, task: Task, { tags = [], propagateTags }: EBSTagSpecification): Tags {
  if (propagateTags === "SERVICE")
    return [...tags, ...(state.services.get(task.serviceArn ?? "")?.tags ?? [])];
  if (propagateTags === "TASK_DEFINITION")
    return [...tags, ...(state.definitions.get(task.definitionArn)?.tags ?? [])];
  return tags;
}

async function stateOf(state: State, task: Task): Promise<string | undefined> {
  const asked = { VolumeIds: [task.volumeId] };
  const { Volumes = [] } = (await call(state, task, "DescribeVolumes", asked)) as DescribeVolumesResult;
  return Volumes[0]?.State;
}

/** With all that is on it. Where the role may not any more, it stays, as it does on AWS. */
export async function deleteDisk(state: State, task: Task): Promise<void> {
  const { volumeId } = task;
  if (!volumeId) return;
  state.disks.letGo(volumeId);
  try {
    await call(state, task, "DeleteVolume", { VolumeId: volumeId });
  } catch (error) {
    state.platform.log(`ecs: the volume ${volumeId} of task ${task.id} stays: ${(error as Error).message}`);
  }
}

function call({ platform }: State, { volumes }: Task, operation: string, input: object): Promise<unknown> {
  return platform.call("ec2", operation, input, volumes![0]!.managedEBSVolume!.roleArn!);
}
