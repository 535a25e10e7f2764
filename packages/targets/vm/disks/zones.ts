// A disk stays in its zone, so the copies have to come to it: a group whose copies have disks launches only where disks are
// left for the next ones. Its zones are never rebalanced.
import { SuspendProcessesCommand, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import type { TargetContext } from "#core/driver/driver.ts";
import { REBALANCING } from "../capacity.ts";
import { callGroup, type Vm } from "../client.ts";
import { groundOf } from "../ground.ts";
import { readSubnetZones } from "../offers.ts";
import type { SideView } from "../side.ts";
import type { Given } from "./give.ts";

/** Pure. Zones in which the next copy finds a disk; `null`: any, since it gets a new one. */
export function zonesFor(
  { spare, zones, misplaced }: Pick<Given, "spare" | "zones" | "misplaced">,
  { copies, capacity }: Pick<SideView, "capacity"> & { copies: readonly unknown[] },
): string[] | null {
  const someCome = copies.length < capacity || misplaced.length > 0;
  if (someCome && spare.length > 0) return [...new Set(spare)];
  return zones.length >= capacity && zones.length > 0 ? [...new Set(zones)] : null;
}

/** Changes the view as it changes the group. */
export async function keepToZones(
  vm: Vm,
  target: TargetContext,
  view: SideView,
  zones: string[] | null,
): Promise<void> {
  if (!view.suspended.includes(REBALANCING)) await stopRebalancing(vm, view);
  const all = groundOf(target).network.subnetIds;
  const wanted = zones === null ? all : await subnetsIn(vm, all, zones);
  // Where the environment has no subnet there any more, a copy somewhere is better than none.
  const subnetIds = wanted.length === 0 ? all : wanted;
  if ([...subnetIds].sort().join() === [...view.subnetIds].sort().join()) return;
  await callGroup("UpdateAutoScalingGroup", (options) =>
    vm.autoscaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: view.name,
        VPCZoneIdentifier: subnetIds.join(","),
      }),
      options,
    ),
  );
  view.subnetIds = subnetIds;
}

async function stopRebalancing({ autoscaling }: Vm, view: SideView): Promise<void> {
  const wish = { AutoScalingGroupName: view.name, ScalingProcesses: [REBALANCING] };
  await callGroup("SuspendProcesses", (options) =>
    autoscaling.send(new SuspendProcessesCommand(wish), options),
  );
  view.suspended.push(REBALANCING);
}

async function subnetsIn({ ec2 }: Vm, ids: string[], zones: string[]): Promise<string[]> {
  const all = await readSubnetZones(ec2, ids);
  return [...all].filter(([, zone]) => zones.includes(zone)).map(([id]) => id);
}
