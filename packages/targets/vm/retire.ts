// Takes away all that the driver made for a target, in order: the copies leave traffic and end what they have begun, then
// the groups go, the listener and the target groups, the launch template, and the images that no other environment needs.
import type { RetireOptions, TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { nearestDelay } from "#targets/balancer/target-health.ts";
import { deleteGroup } from "./capacity.ts";
import {
  deleteImage,
  deleteSnapshot,
  findImages,
  findInstances,
  readGroups,
  tagFilters,
  terminateInstances,
  type Vm,
} from "./client.ts";
import { partFromDisks } from "./disks/keep.ts";
import { ownerOf, whoOf } from "./ground.ts";
import { readImages, strandedSnapshots } from "./image/find.ts";
import { leaveNames } from "./names.ts";
import { ownerTags, TAGS, templateName } from "./naming.ts";
import { nameOf, readSides, type SideView } from "./side.ts";
import { deleteTemplate, templatesOf, versionsOf } from "./template.ts";

/** One call of the driver's function has to see the end of it. */
const LONGEST_DRAIN_SECONDS = 60;
const LONGEST_END_SECONDS = 120;
const BETWEEN_LOOKS_MS = 250;

export async function retire(
  vm: Vm,
  target: TargetContext,
  { deleteVolumes = false }: RetireOptions = {},
): Promise<void> {
  await drainAll(vm, target, await readSides(vm, target));
  const names = (["a", "b"] as const).map((side) => nameOf(vm, target, side));
  for (const { AutoScalingGroupName } of await readGroups(vm, names))
    await deleteGroup(vm, AutoScalingGroupName!);
  await until(
    target,
    LONGEST_END_SECONDS,
    async () => (await readGroups(vm, names)).length === 0,
    "its groups",
  );
  await vm.balancer.remove(whoOf(target));
  await until(target, LONGEST_END_SECONDS, () => nameIsGone(vm, target), "its name");
  await partFromDisks(vm, target, deleteVolumes, (isSo, what) =>
    until(target, LONGEST_END_SECONDS, isSo, what),
  );
  await endBuilders(vm, target);
  await deleteTemplate(vm, target);
  await deleteImages(vm, target);
}

async function drainAll(vm: Vm, target: TargetContext, sides: SideView[]): Promise<void> {
  for (const { targetGroupArn, copies } of sides) {
    await leaveNames(vm, target, copies);
    const backends = copies.flatMap(({ backend }) =>
      backend && backend.state !== "draining" ? [backend] : [],
    );
    if (targetGroupArn !== null && backends.length > 0)
      await vm.balancer.deregister(targetGroupArn, backends);
  }
  const seconds = Math.min(nearestDelay(target.spec.rollout.drainSeconds), LONGEST_DRAIN_SECONDS);
  const stopAt = target.clock.now() + seconds * 1000;
  for (const { targetGroupArn } of sides)
    while (targetGroupArn !== null && target.clock.now() < stopAt) {
      const draining = (await vm.balancer.health(targetGroupArn)).some(({ state }) => state === "draining");
      if (!draining) break;
      await target.clock.sleep(BETWEEN_LOOKS_MS);
    }
}

/** Its copies have left it before they were drained; the last may be on its way out. */
async function nameIsGone(vm: Vm, target: TargetContext): Promise<boolean> {
  try {
    await vm.names.remove(target);
    return true;
  } catch (error) {
    if (error instanceof TuttiError && error.code === "conflict") return false;
    throw error;
  }
}

async function until(
  { clock }: TargetContext,
  seconds: number,
  isSo: () => Promise<boolean>,
  what: string,
): Promise<void> {
  const stopAt = clock.now() + seconds * 1000;
  while (!(await isSo())) {
    if (clock.now() >= stopAt)
      throw new TuttiError("driver_failed", `Not removed within ${seconds} s: ${what}.`);
    await clock.sleep(BETWEEN_LOOKS_MS);
  }
}

async function endBuilders(vm: Vm, target: TargetContext): Promise<void> {
  const found = await findInstances(vm, [
    ...tagFilters(ownerTags(ownerOf(target))),
    { Name: "tag-key", Values: [TAGS.builder] },
  ]);
  await terminateInstances(
    vm,
    found.map(({ InstanceId }) => InstanceId!),
  );
}

/** An image belongs to the app: the last environment takes it along. */
async function deleteImages(vm: Vm, target: TargetContext): Promise<void> {
  const own = templateName(vm.namePrefix, ownerOf(target));
  const others = (await templatesOf(vm, target.app)).filter((name) => name !== own);
  const named = new Set(
    (await Promise.all(others.map((name) => versionsOf(vm, name)))).flat().map(({ imageId }) => imageId),
  );
  for (const image of await findImages(vm, tagFilters({ [TAGS.app]: target.app })))
    if (!named.has(image.ImageId ?? "")) await deleteImage(vm, image);
  const left = await readImages(vm, target.app);
  for (const { SnapshotId } of await strandedSnapshots(vm, target.app, left))
    await deleteSnapshot(vm, SnapshotId!);
}
