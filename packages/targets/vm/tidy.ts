// The end of a deployment: what the rollout borrowed goes back, copies that stayed broken within the failure budget are left
// to the group to replace, scaling is as the release that stays has it, and what is too old goes.
import { isStateful } from "#core/domain/volume.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import { giveBack, giveSurgeBack, markUnhealthy } from "./capacity.ts";
import type { Vm } from "./client.ts";
import { pruneSnapshots } from "./disks/keep.ts";
import { serveDisks } from "./disks/serve.ts";
import { prune } from "./prune.ts";
import { applyScaling, stopScaling } from "./scaling.ts";
import { activeSide, healthOf, readSides } from "./side.ts";

export async function tidy(vm: Vm, target: TargetContext): Promise<void> {
  const sides = await readSides(vm, target);
  const { graceSeconds, intervalSeconds, unhealthyThreshold } = target.spec.health;
  const patience = graceSeconds + intervalSeconds * unhealthyThreshold;
  for (const view of sides) {
    const broken = view.copies.filter(
      (copy) => healthOf(copy, patience, target.clock.now()).health === "unhealthy",
    );
    for (const { id } of broken) await markUnhealthy(vm, id);
    await giveSurgeBack(vm, view);
    await giveBack(vm, view, isStateful(target.spec));
  }
  await serveDisks(vm, target, sides);
  await pruneSnapshots(vm, target);
  const active = await activeSide(vm, target);
  for (const view of sides)
    await (view.side === active ? applyScaling(vm, target, view) : stopScaling(vm, view));
  await prune(vm, target, sides);
}
