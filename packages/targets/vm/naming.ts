// How what the driver makes is called and tagged. Names are one place; the labels of template versions are the memory by
// which an instance, a group and a way back find their release.
import { createHash } from "node:crypto";
import type { Tag as Ec2Tag } from "@aws-sdk/client-ec2";
import type { Release } from "#core/domain/release.ts";
import type { Side } from "#targets/balancer/sides.ts";

export type Owner = { app: string; environment: string };

/** Of an Auto Scaling group 255, of a launch template 128 characters (their API references); room for a side. */
const LONGEST_NAME = 100;

/** `<prefix><app>_<environment>`: neither may hold the underscore, so no two targets share a name. */
export function templateName(prefix: string, { app, environment }: Owner): string {
  return shortened(`${prefix}${app}_${environment}`, LONGEST_NAME);
}

export function groupName(prefix: string, owner: Owner, side: Side): string {
  return `${templateName(prefix, owner)}_${side}`;
}

/** Unique in the account, at most 128 of letters, digits and ` ()[]./-'@_` (EC2 API, CreateImage, Name). */
export function imageName(prefix: string, app: string, version: string, key: string): string {
  const plain = `${app}-${version}`.replace(/[^A-Za-z0-9()[\] ./'@_-]/g, "-");
  return `${prefix}${shortened(plain, LONGEST_NAME - 20)}-${key.slice(0, 12)}`;
}

export const TAGS = {
  app: "tutti:app",
  environment: "tutti:environment",
  version: "tutti:version",
  release: "tutti:release",
  /** Of an image that was tested: what it was made of. */
  digest: "tutti:digest",
  /** Of a builder, and of an image that is not tested yet: the execution that made it. */
  builder: "tutti:builder",
  /** Of a group: how much of its capacity is a rollout's surge (surge.ts). */
  surge: "tutti:surge",
  /** Of a group: a rollout is under way, and this is the MaxSize to put back. */
  rollout: "tutti:rollout",
  /** Of a group without traffic: until when it is kept. */
  keptUntil: "tutti:kept-until",
  /** Of an instance: which disks of its own it waits for, their names between blanks. */
  disks: "tutti:disks",
  /** Of a disk and its snapshots: which volume of the manifest it is, and of which slot (disks/slots.ts). */
  volume: "tutti:volume",
  slot: "tutti:slot",
  /** Of a disk: the instance that it was last made ready for. */
  preparedFor: "tutti:prepared-for",
} as const;

/** Tag of an instance by which its own metadata names the disk: of letters, digits and `+-=.,_:@` (EC2 user guide, "View tags in instance metadata"). */
export function diskTag(volume: string): string {
  return `tutti:disk.${volume}`;
}

export function ownerTags({ app, environment }: Owner): Record<string, string> {
  return { [TAGS.app]: app, [TAGS.environment]: environment };
}

export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagsOf(list: Ec2Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Description of a template version: `Tutti <release id> <hash of its data> <version>`, at most 255 characters. */
export function labelOf(release: Release, hash: string): string {
  return `Tutti ${release.id} ${hash} ${release.version}`.slice(0, 255);
}

export type Label = { releaseId: string; hash: string; version: string };

/** `null` where the version was not made by Tutti. */
export function readLabel(description: string | undefined): Label | null {
  const match = /^Tutti (\S+) (\S+) (.+)$/.exec(description ?? "");
  return match ? { releaseId: match[1]!, hash: match[2]!, version: match[3]! } : null;
}

export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 9)}-${hashOf(name).slice(0, 8)}`;
}
