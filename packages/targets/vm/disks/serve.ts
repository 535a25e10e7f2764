// What every look at a target with disks of its copies' own does: they get their disks, and their group launches where the
// next ones find theirs. A copy that came up in a zone without a disk for it is left to the group to replace.
import { isStateful, type LiveVolume } from "#core/domain/volume.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { markUnhealthy } from "../capacity.ts";
import type { Vm } from "../client.ts";
import type { SideView } from "../side.ts";
import { type Given, giveDisks, ownVolumes } from "./give.ts";
import type { Disk } from "./slots.ts";
import { keepToZones, zonesFor } from "./zones.ts";

/** `null` where no copy has a disk of its own. */
export async function serveDisks(vm: Vm, target: TargetContext, sides: SideView[]): Promise<Given | null> {
  if (ownVolumes(target).length === 0) return null;
  const given = await giveDisks(vm, target, sides);
  for (const view of sides) {
    await keepToZones(vm, target, view, zonesFor(given, view));
    for (const { id } of view.copies) if (given.misplaced.includes(id)) await markUnhealthy(vm, id);
  }
  return given;
}

/** As healing tells it, of each copy that has not all of its disks. */
export function servedResults({ waiting, attached, misplaced }: Given): RepairResult[] {
  return Object.entries(waiting).map(([replica, why]) => {
    const got = attached[replica];
    if (got) {
      const detail = `${got.join(", ")}: it mounts what it gets and starts`;
      return { replica, result: "begun" as const, action: "attached its disks", detail, finding: why };
    }
    const moves = misplaced.includes(replica);
    const action = moves ? "replace" : "attach its disks";
    const detail = moves ? `${why}; its group replaces it` : why;
    return { replica, result: moves ? ("begun" as const) : ("held" as const), action, detail, finding: why };
  });
}

/** As a target shows them; `undefined` where no copy has a disk of its own. */
export function liveVolumes({ spec }: Pick<TargetContext, "spec">, disks: Disk[]): LiveVolume[] | undefined {
  if (!isStateful(spec)) return undefined;
  return disks
    .sort((a, b) => a.slot - b.slot || a.name.localeCompare(b.name))
    .map(({ id, name, sizeGiB, zone, instanceId }) => ({
      name,
      sizeGiB,
      where: `${id} in ${zone}`,
      copy: instanceId,
    }));
}
