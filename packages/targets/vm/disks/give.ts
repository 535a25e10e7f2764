// Gives the copies of a target their disks: a free one of the copy's zone is attached, a missing one is made. EC2 attaches a
// volume to one instance at most, and lets go of it only when the instance before has ended: it has stopped the app and
// unmounted by then. The instance hears by its own tags which disk is which, and mounts it by itself (scripts/disks.ts).
import type { NewEvent } from "#core/domain/event.ts";
import type { Volume } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "../client.ts";
import { ownerOf } from "../ground.ts";
import { diskTag, TAGS } from "../naming.ts";
import type { Copy, SideView } from "../side.ts";
import { type Allotment, allot, type Disk, freeDevice, type Holder, type Order } from "./slots.ts";
import { attachDisk, createDisk, createSnapshot, findDisks, hasGrown, retag } from "./volumes.ts";

export type Given = Pick<Allotment, "waiting" | "misplaced" | "spare" | "zones"> & {
  disks: Disk[];
  /** Disks whose attaching was begun by this look, by copy. */
  attached: Record<string, string[]>;
  events: NewEvent[];
};

const NOTHING: Given = {
  ...{ waiting: {}, misplaced: [], spare: [], zones: [] },
  ...{ disks: [], attached: {}, events: [] },
};

export function ownVolumes({ spec }: Pick<TargetContext, "spec">): Volume[] {
  return (spec.volumes ?? []).filter((one) => one.shared !== true);
}

/** As it is: changes nothing. */
export async function lookAtDisks(vm: Vm, target: TargetContext, sides: SideView[]): Promise<Given> {
  const volumes = ownVolumes(target);
  if (volumes.length === 0) return NOTHING;
  const disks = await findDisks(vm, ownerOf(target));
  return { ...NOTHING, ...allot(volumes, disks, holdersOf(sides)), disks };
}

export async function giveDisks(vm: Vm, target: TargetContext, sides: SideView[]): Promise<Given> {
  if (ownVolumes(target).length === 0) return NOTHING;
  const disks = await findDisks(vm, ownerOf(target));
  const allotment = allot(ownVolumes(target), disks, holdersOf(sides));
  const given: Given = { ...NOTHING, ...allotment, disks, attached: {}, events: [] };
  const copies = new Map(sides.flatMap((side) => side.copies.map((copy) => [copy.id, copy] as const)));
  for (const order of allotment.orders) await carryOut(vm, target, order, copies.get(order.copy)!, given);
  return given;
}

function holdersOf(sides: SideView[]): Holder[] {
  return sides.flatMap(({ copies }) =>
    copies.flatMap(({ id, zone, lifecycle, disks: names }) =>
      names ? [{ id, zone, isUp: lifecycle === "InService", names }] : [],
    ),
  );
}

async function carryOut(
  vm: Vm,
  target: TargetContext,
  order: Order,
  copy: Copy,
  given: Given,
): Promise<void> {
  if (order.kind === "create") {
    const id = await createDisk(vm, ownerOf(target), order);
    given.events.push({
      type: "note",
      message: `The disk ${order.volume.name} ${order.slot} is ${id}, in ${order.zone}.`,
    });
    return;
  }
  const { disk, volume } = order;
  if (disk.preparedFor !== copy.id) await prepare(vm, target, order, copy, given);
  if (!(await hasGrown(vm, disk, volume.sizeGiB))) {
    given.waiting[copy.id] = `waits until its disk ${volume.name} has grown to ${volume.sizeGiB} GiB`;
    return;
  }
  if (!(await attachDisk(vm, disk.id, copy.id, freeDevice(given.disks, copy.id)))) return;
  given.attached[copy.id] = [...(given.attached[copy.id] ?? []), volume.name];
}

/** Before a disk changes hands, once for each hand. */
async function prepare(
  vm: Vm,
  target: TargetContext,
  { disk, volume, slot }: Extract<Order, { kind: "attach" }>,
  copy: Copy,
  given: Given,
): Promise<void> {
  if (volume.snapshot === true && disk.version !== "") {
    const id = await createSnapshot(vm, ownerOf(target), disk);
    const message = `The snapshot ${id} holds the disk ${volume.name} ${slot} as ${disk.version} left it.`;
    given.events.push({ type: "note", message });
  }
  await retag(vm, copy.id, { [diskTag(volume.name)]: disk.id });
  await retag(vm, disk.id, {
    [TAGS.preparedFor]: copy.id,
    ...(copy.version === null ? {} : { [TAGS.version]: copy.version }),
  });
}
