// Which copy gets which disks: pure, from what is live alone. A slot is a number and, for each volume of the manifest, one
// disk in one zone. There are never more slots than copies ask for, a slot is never given to two, and a copy in another
// zone than the slots that are left waits there: a disk does not move between zones.
import type { Volume } from "#core/domain/volume.ts";

/** An EBS volume of the target, as EC2 tells of it. */
export type Disk = {
  id: string;
  /** The manifest's name of it. */
  name: string;
  slot: number;
  zone: string;
  sizeGiB: number;
  /** Attached to nobody, and not about to be. */
  isFree: boolean;
  /** Whose it is, or is about to be. */
  instanceId: string | null;
  /** Attached, so that the instance sees it. */
  isThere: boolean;
  device: string | null;
  /** The instance that it was last prepared for; empty before the first one. */
  preparedFor: string;
  /** The version that had it last; empty before the first one. */
  version: string;
};

/** A copy with disks of its own, whose `names` its release says. `isUp`: it runs, so that one can be attached. */
export type Holder = { id: string; zone: string | null; isUp: boolean; names: string[] };

export type Order =
  | { kind: "create"; copy: string; slot: number; zone: string; volume: Volume }
  | { kind: "attach"; copy: string; slot: number; disk: Disk; volume: Volume };

export type Allotment = {
  orders: Order[];
  /** Copies that have not all of their disks, each with why. */
  waiting: Record<string, string>;
  /** Copies in a zone where no slot is left for them. */
  misplaced: string[];
  /** Zones of the slots that no copy has: of one that is gone, or is on its way out and has not let go yet. */
  spare: string[];
  /** Zones of all slots. */
  zones: string[];
};

type Slot = { number: number; zone: string; disks: Disk[]; holder: string | null };

export function allot(volumes: Volume[], disks: Disk[], holders: Holder[]): Allotment {
  const slots = slotsOf(disks);
  const result: Allotment = { orders: [], waiting: {}, misplaced: [], spare: [], zones: [] };
  const present = new Set(holders.map(({ id }) => id));
  const taken = new Set<number>();
  const without = [...holders]
    .sort((a, b) => a.id.localeCompare(b.id))
    .filter((holder) => {
      const own = slots.find((slot) => slot.holder === holder.id);
      if (!own) return true;
      taken.add(own.number);
      complete(result, volumes, own, holder);
      return false;
    });
  const isLeft = (slot: Slot) => slot.holder === null && !taken.has(slot.number);
  const homeless = without.filter((holder) => {
    const found = slots.find((slot) => isLeft(slot) && slot.zone === holder.zone);
    if (!found) return true;
    taken.add(found.number);
    complete(result, volumes, found, holder);
    return false;
  });
  let more = Math.max(0, holders.length - slots.length);
  for (const holder of homeless) {
    if (more > 0 && holder.zone !== null) {
      more -= 1;
      const made = newSlot(slots, holder.zone);
      taken.add(made.number);
      complete(result, volumes, made, holder);
    } else wait(result, slots.filter(isLeft), slots, holder);
  }
  const isSpare = ({ number, holder }: Slot) => !taken.has(number) && !present.has(holder ?? "");
  result.spare = slots.filter(isSpare).map(({ zone }) => zone);
  result.zones = slots.map(({ zone }) => zone);
  return result;
}

function slotsOf(disks: Disk[]): Slot[] {
  return [...Map.groupBy(disks, ({ slot }) => slot)]
    .map(([number, own]) => ({
      number,
      zone: own[0]!.zone,
      disks: own,
      holder: own.find((one) => one.instanceId !== null)?.instanceId ?? null,
    }))
    .sort((a, b) => a.number - b.number);
}

/** The lowest number that is not there. Changes `slots`. */
function newSlot(slots: Slot[], zone: string): Slot {
  let number = 1;
  while (slots.some((slot) => slot.number === number)) number += 1;
  const made = { number, zone, disks: [], holder: null };
  slots.push(made);
  return made;
}

/** What the slot's new holder has not yet: a volume that the manifest has had for short has no disk in older slots. */
function complete(result: Allotment, volumes: Volume[], { number: slot, zone, disks }: Slot, holder: Holder) {
  const { id: copy, isUp, names } = holder;
  for (const volume of volumes.filter(({ name }) => names.includes(name))) {
    const disk = disks.find((one) => one.name === volume.name);
    if (disk?.instanceId === copy && disk.isThere) continue;
    result.waiting[copy] ??= `waits for its disk ${volume.name}`;
    if (!disk) result.orders.push({ kind: "create", copy, slot, zone, volume });
    else if (disk.isFree && isUp) result.orders.push({ kind: "attach", copy, slot, disk, volume });
  }
}

function wait(result: Allotment, left: Slot[], slots: Slot[], { id, zone }: Holder): void {
  const other = left[0];
  if (other) {
    result.misplaced.push(id);
    result.waiting[id] = `is in ${zone}, and the disk that is left for it in ${other.zone}`;
    return;
  }
  const holders = slots.flatMap(({ holder }) => holder ?? []);
  result.waiting[id] = `waits until ${holders.join(" or ") || "another copy"} has let go of its disk`;
}

/** The first letter from f to p that the instance has not (EC2 user guide, "Device names for volumes": recommended for EBS). */
export function freeDevice(disks: Disk[], copy: string): string {
  const taken = disks.filter(({ instanceId }) => instanceId === copy).map(({ device }) => device);
  const letter = [..."fghijklmnop"].find((one) => !taken.includes(`/dev/sd${one}`));
  return `/dev/sd${letter ?? "p"}`;
}
