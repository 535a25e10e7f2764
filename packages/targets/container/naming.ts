// How a target is called on ECS: one task definition family, and a service per side. What carries the target's tags is
// Tutti's to change or take away, and nothing else is.
import type { Tag } from "@aws-sdk/client-ecs";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";

type Named = Pick<TargetContext, "app" | "environment">;

/** The one container of a task. */
export const CONTAINER = "app";

const VERSION_TAG = "tutti:version";
const RELEASE_TAG = "tutti:release";
const DIGEST_TAG = "tutti:definition";
const COUNT_TAG = "tutti:count-before";

/** `<prefix><app>_<environment>`: neither name may hold the underscore, so no two targets share a family; 255 characters are enough (ECS API reference, RegisterTaskDefinition). */
export function familyOf(prefix: string, { app, environment }: Named): string {
  return `${prefix}${app}_${environment.name}`;
}

export function serviceNameOf(prefix: string, target: Named, side: Side): string {
  return `${familyOf(prefix, target)}_${side}`;
}

/** The first 12 of a task id's 32 hexadecimal digits: one in 2^48 is as good as unique within a target. */
export function replicaIdOf(taskArn: string): string {
  return taskArn.slice(taskArn.lastIndexOf("/") + 1).slice(0, 12);
}

export function tagsOf({ app, environment }: Named): Tag[] {
  return [
    { key: "tutti:app", value: app },
    { key: "tutti:environment", value: environment.name },
  ];
}

/** What a revision of the family says of itself. `digest` is of everything in it, so that changed settings make a new one. */
export type Label = { version: string; releaseId: string; digest: string };

export function labelTags({ version, releaseId, digest }: Label): Tag[] {
  return [
    { key: VERSION_TAG, value: version },
    { key: RELEASE_TAG, value: releaseId },
    { key: DIGEST_TAG, value: digest },
  ];
}

/** `null` where somebody else registered it. */
export function readLabel(tags: Tag[] | undefined): Label | null {
  const version = tagNamed(tags, VERSION_TAG);
  const releaseId = tagNamed(tags, RELEASE_TAG);
  const digest = tagNamed(tags, DIGEST_TAG);
  return version && releaseId && digest ? { version, releaseId, digest } : null;
}

/** On a second service: how many copies the first one kept when it was made, so that scaling in between is seen. */
export function countTag(count: number): Tag {
  return { key: COUNT_TAG, value: String(count) };
}

export function readCount(tags: Tag[] | undefined): number | null {
  const value = tagNamed(tags, COUNT_TAG);
  return value === undefined ? null : Number(value);
}

export function isOurs(tags: Tag[] | undefined, target: Named): boolean {
  return tagsOf(target).every(({ key, value }) => tagNamed(tags, key!) === value);
}

function tagNamed(tags: Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.key === key)?.value;
}
