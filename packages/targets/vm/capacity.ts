// What changes a group: made, given a template version, a capacity, instances ended one by one. Each change of the capacity
// is written into the surge tag before it is made (surge.ts).
import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Side } from "#targets/balancer/sides.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import { callGroup, tagGroup, type Vm } from "./client.ts";
import { groundOf, ownerOf } from "./ground.ts";
import { ownerTags, TAGS, tagList, templateName } from "./naming.ts";
import { nameOf, type SideView } from "./side.ts";
import { nextSurge, writeSurge } from "./surge.ts";

/** Room for who scales by hand; a rollout that needs more raises it and puts it back. */
export const LEAST_MAX_SIZE = 10;
export const REBALANCING = "AZRebalance";

type NewGroup = {
  side: Side;
  version: string;
  templateVersion: string;
  targetGroupArn: string;
  desired: number;
};

/** That it is there already is as good. */
export async function createGroup(vm: Vm, target: TargetContext, group: NewGroup): Promise<void> {
  const { network } = groundOf(target);
  const owner = ownerOf(target);
  const tags = { ...ownerTags(owner), [TAGS.version]: group.version };
  const LaunchTemplateName = templateName(vm.namePrefix, owner);
  try {
    await callAws("autoscaling:CreateAutoScalingGroup", (abortSignal) =>
      vm.autoscaling.send(
        new CreateAutoScalingGroupCommand({
          AutoScalingGroupName: nameOf(vm, target, group.side),
          LaunchTemplate: { LaunchTemplateName, Version: group.templateVersion },
          MinSize: 0,
          MaxSize: Math.max(LEAST_MAX_SIZE, 2 * group.desired),
          DesiredCapacity: group.desired,
          VPCZoneIdentifier: network.subnetIds.join(","),
          TargetGroupARNs: [group.targetGroupArn],
          // Not ELB: a dependency that is broken must not make Auto Scaling replace every instance.
          HealthCheckType: "EC2",
          HealthCheckGracePeriod: 0,
          // Who lowers the count in the middle of a rollout loses an old copy, not a new one.
          TerminationPolicies: ["OldestLaunchTemplate", "Default"],
          Tags: tagList(tags).map((tag) => ({ ...tag, PropagateAtLaunch: false })),
        }),
        { abortSignal },
      ),
    );
  } catch (error) {
    if (!isAwsError(error, "AlreadyExistsFault", "AlreadyExists")) throw error;
  }
}

/** From now on the group launches the release. */
export async function setTemplate(
  vm: Vm,
  target: TargetContext,
  view: SideView,
  { version, templateVersion }: { version: string; templateVersion: string },
): Promise<void> {
  if (view.templateVersion !== templateVersion)
    await callGroup("UpdateAutoScalingGroup", (options) =>
      vm.autoscaling.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: view.name,
          LaunchTemplate: {
            LaunchTemplateName: templateName(vm.namePrefix, ownerOf(target)),
            Version: templateVersion,
          },
        }),
        options,
      ),
    );
  if (view.tags[TAGS.version] !== version) await tagGroup(vm, view.name, { [TAGS.version]: version });
}

/** Remembers what is to be put back, then suspends what would disturb: only the rebalancing of zones. */
export async function borrow(vm: Vm, view: SideView): Promise<void> {
  if (view.tags[TAGS.rollout] === undefined)
    await tagGroup(vm, view.name, { [TAGS.rollout]: String(view.maxSize) });
  if (!view.suspended.includes(REBALANCING))
    await callGroup("SuspendProcesses", (options) =>
      vm.autoscaling.send(
        new SuspendProcessesCommand({ AutoScalingGroupName: view.name, ScalingProcesses: [REBALANCING] }),
        options,
      ),
    );
}

/** The tag goes last: as long as it is there, something may be left to give back. `staysPut`: its zones are never rebalanced. */
export async function giveBack(vm: Vm, view: SideView, staysPut: boolean): Promise<void> {
  const before = view.tags[TAGS.rollout];
  if (before === undefined) return;
  const maxSize = Math.max(Number(before) || LEAST_MAX_SIZE, view.capacity);
  if (maxSize !== view.maxSize) await setMaxSize(vm, view.name, maxSize);
  view.maxSize = maxSize;
  if (!staysPut)
    await callGroup("ResumeProcesses", (options) =>
      vm.autoscaling.send(
        new ResumeProcessesCommand({ AutoScalingGroupName: view.name, ScalingProcesses: [REBALANCING] }),
        options,
      ),
    );
  const isRepaid = view.capacity === view.desired;
  await tagGroup(vm, view.name, { [TAGS.rollout]: null, ...(isRepaid ? { [TAGS.surge]: null } : {}) });
}

async function setMaxSize(vm: Vm, AutoScalingGroupName: string, MaxSize: number): Promise<void> {
  await callGroup("UpdateAutoScalingGroup", (options) =>
    vm.autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, MaxSize }), options),
  );
}

/** Whoever takes a side away, or everything, goes below what scaling keeps. */
async function lowerMinSize(vm: Vm, view: SideView, MinSize: number): Promise<void> {
  if (MinSize >= view.minSize) return;
  await callGroup("UpdateAutoScalingGroup", (options) =>
    vm.autoscaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: view.name, MinSize }),
      options,
    ),
  );
  view.minSize = MinSize;
}

/** Raises the capacity by `more`, of which `borrows` is surge. Changes the view as it changes the group. */
export async function raise(vm: Vm, view: SideView, more: number, borrows: number): Promise<void> {
  const DesiredCapacity = view.capacity + more;
  if (DesiredCapacity > view.maxSize) await setMaxSize(vm, view.name, DesiredCapacity);
  await lowerMinSize(vm, view, DesiredCapacity);
  await writeTag(vm, view, more, borrows);
  await callGroup("SetDesiredCapacity", (options) =>
    vm.autoscaling.send(
      new SetDesiredCapacityCommand({
        AutoScalingGroupName: view.name,
        DesiredCapacity,
        HonorCooldown: false,
      }),
      options,
    ),
  );
  view.capacity = DesiredCapacity;
  view.maxSize = Math.max(view.maxSize, DesiredCapacity);
}

/** keeps: the group replaces it. shrinks: its place goes as well. givesBack: its place was borrowed, and goes. */
export type Ending = "keeps" | "shrinks" | "givesBack";

/** Ends one instance, which must be out of traffic. */
export async function endInstance(vm: Vm, view: SideView, InstanceId: string, ending: Ending): Promise<void> {
  const shrinks = ending !== "keeps";
  if (shrinks) {
    await lowerMinSize(vm, view, view.capacity - 1);
    await writeTag(vm, view, -1, ending === "givesBack" ? -1 : 0);
  }
  await callGroup("TerminateInstanceInAutoScalingGroup", (options) =>
    vm.autoscaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: shrinks }),
      options,
    ),
  );
  if (shrinks) view.capacity -= 1;
  if (ending === "givesBack") await settle(vm, view);
  view.copies = view.copies.filter((one) => one.id !== InstanceId);
}

/** Nothing is written where nothing is borrowed, before or after. */
async function writeTag(vm: Vm, view: SideView, change: number, borrows: number): Promise<void> {
  const { capacity, desired } = view;
  const next = nextSurge({ capacity, borrowed: capacity - desired }, change, borrows);
  if (next.before.borrowed > 0 || next.after.borrowed > 0)
    await tagGroup(vm, view.name, { [TAGS.surge]: writeSurge(next) });
  view.surge = next;
  view.desired = capacity + change - next.after.borrowed;
}

/** What is given back is forgotten, so that a count which somebody chooses later is not taken for it. */
async function settle(vm: Vm, view: SideView): Promise<void> {
  const { after } = view.surge;
  view.surge = { before: after, after };
  await tagGroup(vm, view.name, { [TAGS.surge]: after.borrowed === 0 ? null : writeSurge(view.surge) });
}

/** Lowers the capacity by all that is borrowed: the group itself drains and ends those of the oldest template. */
export async function giveSurgeBack(vm: Vm, view: SideView): Promise<void> {
  const borrowed = view.capacity - view.desired;
  if (borrowed <= 0) return;
  await raise(vm, view, -borrowed, -borrowed);
  await settle(vm, view);
}

/** The group replaces it. */
export async function markUnhealthy(vm: Vm, InstanceId: string): Promise<void> {
  await callGroup("SetInstanceHealth", (options) =>
    vm.autoscaling.send(
      new SetInstanceHealthCommand({
        InstanceId,
        HealthStatus: "Unhealthy",
        ShouldRespectGracePeriod: false,
      }),
      options,
    ),
  );
}

/** With all of its instances, at once: whoever calls has drained them. */
export async function deleteGroup(vm: Vm, AutoScalingGroupName: string): Promise<void> {
  await callGroup("DeleteAutoScalingGroup", (options) =>
    vm.autoscaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }),
      options,
    ),
  );
}
