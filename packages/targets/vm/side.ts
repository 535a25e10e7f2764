// A side of a target as it is live: its Auto Scaling group, the copies in it, and what the load balancer says of each. A
// target has one side, a, and with blue/green a second one for a while.
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import type { ReplicaHealth } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { SIDES, type Side } from "#targets/balancer/sides.ts";
import { findInstances, readGroups, type Vm } from "./client.ts";
import { ownerOf, whoOf } from "./ground.ts";
import { groupName, TAGS, tagsOf } from "./naming.ts";
import { borrowedOf, readSurge, type Surge } from "./surge.ts";

/** What never changes of an instance; small, since it travels in a step's state. */
export type Facts = {
  version: string | null;
  address: string | null;
  startedAt: string | null;
  type?: string;
  /** Volumes of which it waits for a disk of its own. Not there where it waits for none. */
  disks?: string[];
};
export type Known = Record<string, Facts>;

export type Copy = Facts & {
  id: string;
  /** Auto Scaling's word: `Pending`, `InService`, … */
  lifecycle: string;
  zone: string | null;
  /** The load balancer's word; `null` where it does not know the instance. */
  backend: BackendHealth | null;
};

export type SideView = {
  side: Side;
  name: string;
  tags: Record<string, string>;
  /** Version of the launch template, as text. */
  templateVersion: string;
  minSize: number;
  maxSize: number;
  suspended: string[];
  subnetIds: string[];
  capacity: number;
  surge: Surge;
  /** The capacity without what a rollout has borrowed. */
  desired: number;
  targetGroupArn: string | null;
  /** Those that stay: what is on its way out is left out. */
  copies: Copy[];
};

/** All sides that have a group. */
export async function readSides(vm: Vm, target: TargetContext, known: Known = {}): Promise<SideView[]> {
  const found = await Promise.all(SIDES.map((side) => vm.balancer.find({ ...whoOf(target), side })));
  const arns = Object.fromEntries(SIDES.map((side, index) => [side, found[index] ?? null]));
  const groups = await readGroups(
    vm,
    SIDES.map((side) => nameOf(vm, target, side)),
  );
  return Promise.all(
    SIDES.flatMap((side) => {
      const group = groups.find((one) => one.AutoScalingGroupName === nameOf(vm, target, side));
      return group && isLive(group) ? [viewOf(vm, target, { side, group }, arns[side]!, known)] : [];
    }),
  );
}

/** One side, for a step that looks often: what was found out before is not asked again. `null` where there is no group. */
export async function readSide(
  vm: Vm,
  target: TargetContext,
  side: Side,
  targetGroupArn: string | null,
  known: Known,
): Promise<SideView | null> {
  const [group] = await readGroups(vm, [nameOf(vm, target, side)]);
  return group && isLive(group) ? viewOf(vm, target, { side, group }, targetGroupArn, known) : null;
}

export function nameOf(vm: Pick<Vm, "namePrefix">, target: TargetContext, side: Side): string {
  return groupName(vm.namePrefix, ownerOf(target), side);
}

function isLive({ Status }: AutoScalingGroup): boolean {
  return Status === undefined || Status === "";
}

async function viewOf(
  vm: Vm,
  { spec }: Pick<TargetContext, "spec">,
  { side, group }: { side: Side; group: AutoScalingGroup },
  targetGroupArn: string | null,
  known: Known,
): Promise<SideView> {
  const staying = (group.Instances ?? []).filter(({ LifecycleState = "" }) => !isLeaving(LifecycleState));
  const ids = staying.map((one) => one.InstanceId!);
  const [backends] = await Promise.all([
    targetGroupArn === null ? [] : vm.balancer.health(targetGroupArn),
    learn(vm, ids, known),
  ]);
  const tags = tagsOf(group.Tags);
  const capacity = group.DesiredCapacity ?? 0;
  const surge = readSurge(tags[TAGS.surge]);
  const nothing: Facts = { version: null, address: null, startedAt: null };
  return {
    side,
    name: group.AutoScalingGroupName!,
    tags,
    templateVersion: group.LaunchTemplate?.Version ?? "",
    minSize: group.MinSize ?? 0,
    maxSize: group.MaxSize ?? 0,
    suspended: (group.SuspendedProcesses ?? []).map((one) => one.ProcessName ?? ""),
    subnetIds: (group.VPCZoneIdentifier ?? "").split(",").filter(Boolean),
    capacity,
    surge,
    desired: capacity - borrowedOf(surge, capacity, spec.scaling?.min ?? 0),
    targetGroupArn,
    copies: staying.map(({ InstanceId: id = "", LifecycleState: lifecycle = "", AvailabilityZone }) => ({
      ...(known[id] ?? nothing),
      id,
      lifecycle,
      zone: AvailabilityZone ?? null,
      backend: backends.find((one) => one.address === id) ?? null,
    })),
  };
}

function isLeaving(lifecycle: string): boolean {
  return /^(Terminat|Detach|Standby|EnteringStandby)/.test(lifecycle);
}

/** Adds to `known` what is not in it yet. */
async function learn(vm: Vm, ids: string[], known: Known): Promise<void> {
  const Values = ids.filter((id) => !known[id]?.address);
  if (Values.length === 0) return;
  for (const one of await findInstances(vm, [{ Name: "instance-id", Values }])) {
    const tags = tagsOf(one.Tags);
    known[one.InstanceId!] = {
      version: tags[TAGS.version] ?? null,
      address: one.PrivateIpAddress ?? null,
      startedAt: one.LaunchTime?.toISOString() ?? null,
      ...(one.InstanceType ? { type: one.InstanceType } : {}),
      ...disksOf(tags[TAGS.disks]),
    };
  }
}

function disksOf(tag: string | undefined): Pick<Facts, "disks"> {
  return tag ? { disks: tag.split(" ") } : {};
}

export function isHealthy({ lifecycle, backend }: Copy): boolean {
  return lifecycle === "InService" && backend?.state === "healthy";
}

/** For so long after its launch an instance that the load balancer finds unhealthy may still be booting. */
const BOOT_SECONDS = 120;

export function healthOf(
  copy: Copy,
  graceSeconds: number,
  nowMs: number,
): { health: ReplicaHealth; detail: string } {
  const { lifecycle, backend, startedAt } = copy;
  if (lifecycle !== "InService") return { health: "starting", detail: `Auto Scaling says ${lifecycle}` };
  const ageSeconds = startedAt === null ? 0 : (nowMs - Date.parse(startedAt)) / 1000;
  if (!backend)
    return ageSeconds < BOOT_SECONDS
      ? { health: "starting", detail: "the load balancer does not know it yet" }
      : { health: "unhealthy", detail: "it is not registered at the load balancer" };
  const detail = `the load balancer says: ${backend.detail || backend.state}`;
  if (backend.state === "healthy") return { health: "healthy", detail };
  if (backend.state === "draining") return { health: "draining", detail: "leaving traffic" };
  const young = ageSeconds < graceSeconds;
  return { health: backend.state === "unhealthy" && !young ? "unhealthy" : "starting", detail };
}

/** Which side has traffic; `a` before there is any. */
export async function activeSide(vm: Vm, target: TargetContext): Promise<Side> {
  const weights = await vm.balancer.weights(whoOf(target));
  return (weights.b ?? 0) > (weights.a ?? 0) ? "b" : "a";
}
