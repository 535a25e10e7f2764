// What is too old to keep: template versions older than the last releases, and images that nothing names any more. An image
// may serve several environments, so it goes only where no template of the app names it; one that was pruned is baked again
// from the kept artifact.
import type { TargetContext } from "#core/driver/driver.ts";
import { deleteImage, type Vm } from "./client.ts";
import { ownerOf } from "./ground.ts";
import { readImages, type Standing } from "./image/find.ts";
import { templateName } from "./naming.ts";
import type { SideView } from "./side.ts";
import { deleteVersions, readVersions, templatesOf, type Version, versionsOf } from "./template.ts";

const KEPT_RELEASES = 5;
/** One that no template names may have been baked for a deployment under way. */
const UNNAMED_IS_OLD_MS = 86_400_000;

export async function prune(vm: Vm, target: TargetContext, sides: SideView[]): Promise<void> {
  const versions = await readVersions(vm, target);
  const used = new Set(sides.map((one) => one.templateVersion));
  const old = tooOld(versions, used);
  await deleteVersions(
    vm,
    target,
    old.map(({ number }) => number).filter((number) => number !== "1"),
  );
  const gone = new Set(old.map(({ imageId }) => imageId));
  const named = await namedImages(
    vm,
    target,
    versions.filter((one) => !old.includes(one)),
  );
  const nowMs = target.clock.now();
  for (const one of (await readImages(vm, target.app)).standing)
    if (!named.has(one.id) && (gone.has(one.id) || isForgotten(one, nowMs))) await deleteImage(vm, one.image);
}

/** Pure; `versions` newest first. The template's first version is its default, which EC2 keeps: it counts as old, and stays. */
export function tooOld(versions: Version[], used: Set<string>): Version[] {
  const releases = [...new Set(versions.flatMap(({ label }) => label?.releaseId ?? []))];
  const kept = new Set(releases.slice(0, KEPT_RELEASES));
  return versions.filter(({ label, number }) => label && !kept.has(label.releaseId) && !used.has(number));
}

async function namedImages(vm: Vm, target: TargetContext, own: Version[]): Promise<Set<string>> {
  const others = (await templatesOf(vm, target.app)).filter(
    (name) => name !== templateName(vm.namePrefix, ownerOf(target)),
  );
  const theirs = await Promise.all(others.map((name) => versionsOf(vm, name)));
  return new Set([...own, ...theirs.flat()].map(({ imageId }) => imageId));
}

function isForgotten({ createdAt }: Standing, nowMs: number): boolean {
  return nowMs - Date.parse(createdAt) > UNNAMED_IS_OLD_MS;
}
