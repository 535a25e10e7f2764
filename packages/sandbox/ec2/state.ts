// All that EC2 knows: instances, images, volumes, snapshots and launch templates, each a document on disk, and who wants to know
// when an instance changes its state.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Documents, openDocuments } from "../ground/documents.ts";
import type { Machines } from "../machines/service.ts";
import { AwsError, type Platform } from "../platform.ts";
import { baseImages } from "./base-images.ts";
import { createMetadata, type Metadata } from "./metadata.ts";
import type { ImageRecord, InstanceRecord, SnapshotRecord, TemplateRecord, VolumeRecord } from "./model.ts";

export type State = {
  platform: Platform;
  machines: Machines;
  directory: string;
  instances: Documents<InstanceRecord>;
  images: Documents<ImageRecord>;
  snapshots: Documents<SnapshotRecord>;
  volumes: Documents<VolumeRecord>;
  templates: Documents<TemplateRecord>;
  /** The transition of an instance, a volume or a snapshot that is under way; the next one waits for it. */
  transitions: Map<string, Promise<void>>;
  listeners: Set<(instance: InstanceRecord) => void>;
  metadata: Metadata;
  stopping: boolean;
};

export function openState(platform: Platform, machines: Machines): State {
  const directory = join(platform.directory, "ec2");
  const images = openDocuments<ImageRecord>(join(directory, "images"));
  for (const image of baseImages(platform, platform.now()))
    if (!images.get(image.id)) images.set(image.id, image);
  return {
    platform,
    machines,
    directory,
    images,
    instances: openDocuments(join(directory, "instances")),
    snapshots: openDocuments(join(directory, "snapshots")),
    volumes: openDocuments(join(directory, "volumes")),
    templates: openDocuments(join(directory, "launch-templates")),
    transitions: new Map(),
    listeners: new Set(),
    metadata: createMetadata(platform),
    stopping: false,
  };
}

/** Eight or seventeen hexadecimal digits; new ones have seventeen (EC2 user guide, "Resource IDs"). */
export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(9).toString("hex").slice(0, 17)}`;
}

export function isId(prefix: string, id: string): boolean {
  return new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id);
}

export function changeInstance(state: State, id: string, part: Partial<InstanceRecord>): InstanceRecord {
  const before = state.instances.get(id);
  if (!before) throw new Error(`There is no instance ${id}.`);
  const after = { ...before, ...part };
  state.instances.set(id, after);
  if (after.state !== before.state) announce(state, after);
  return after;
}

function announce(state: State, instance: InstanceRecord): void {
  const { platform } = state;
  const arn = arnOf(platform, "instance", instance.id);
  const detail = { "instance-id": instance.id, state: instance.state };
  platform.emit("aws.ec2", "EC2 Instance State-change Notification", detail, [arn]);
  for (const listener of state.listeners) {
    try {
      listener(instance);
    } catch (error) {
      platform.log(`ec2: ${instance.id}: who was told of it failed: ${(error as Error).stack ?? error}`);
    }
  }
}

export function arnOf({ region, accountId }: Platform, kind: string, id: string): string {
  // Images and snapshots belong to no account in their ARN (Service Authorization Reference, Amazon EC2).
  const account = kind === "image" || kind === "snapshot" ? "" : accountId;
  return `arn:aws:ec2:${region}:${account}:${kind}/${id}`;
}

export function findInstances(state: State, ids: string[] = []): InstanceRecord[] {
  const wrong = ids.find((id) => !isId("i", id));
  if (wrong !== undefined) throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${wrong}"`);
  const missing = ids.filter((id) => !state.instances.get(id));
  if (missing.length > 0) throw notFound("InvalidInstanceID.NotFound", "instance", missing);
  return ids.map((id) => state.instances.get(id)!);
}

export function notFound(code: string, what: string, ids: string[]): AwsError {
  const [names, verb] = ids.length > 1 ? [`${what} IDs`, "do"] : [`${what} ID`, "does"];
  return new AwsError(code, `The ${names} '${ids.join(", ")}' ${verb} not exist`);
}
