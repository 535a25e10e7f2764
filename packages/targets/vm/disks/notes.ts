// What a dry run says of disks: which grow, and which are kept as they are though the manifest asks for less.
import type { TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "../client.ts";
import { ownerOf } from "../ground.ts";
import { ownVolumes } from "./give.ts";
import { findDisks } from "./volumes.ts";

export async function diskNotes(vm: Vm, target: TargetContext): Promise<string[]> {
  const volumes = ownVolumes(target);
  if (volumes.length === 0) return [];
  return (await findDisks(vm, ownerOf(target))).flatMap(({ id, name, slot, sizeGiB }) => {
    const wanted = volumes.find((one) => one.name === name)?.sizeGiB;
    if (wanted === undefined || wanted === sizeGiB) return [];
    const disk = `The disk ${name} ${slot} (${id})`;
    if (wanted < sizeGiB)
      return [`${disk} has ${sizeGiB} GiB and keeps them: a disk does not shrink to ${wanted}.`];
    return [
      `${disk} grows from ${sizeGiB} to ${wanted} GiB, with its file system, when its next copy gets it.`,
    ];
  });
}
