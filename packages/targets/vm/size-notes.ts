// What a dry run says of an instance: which type is chosen, and where its disk is larger than asked for.
import type { TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "./client.ts";
import { groundOf } from "./ground.ts";
import { chooseType } from "./instance-type.ts";
import { rootDiskNotes } from "./root-disk.ts";

export async function sizeNotes(vm: Vm, target: TargetContext): Promise<string[]> {
  const choice = await chooseType(vm, target);
  const chosen = "note" in choice && choice.note ? [choice.note] : [];
  const { diskGiB } = target.spec.resources;
  if (diskGiB === undefined) return chosen;
  // What is baked on it has its disk.
  const base = target.spec.vm.baseImage ?? groundOf(target).vm.baseImageId;
  return [...chosen, ...rootDiskNotes(await vm.offers.image(base, target.clock.now()), diskGiB)];
}
