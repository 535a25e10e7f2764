// A task as a target of load balancers. ECS registers and deregisters on its own account, so it calls as the owner.
import { setTimeout as sleep } from "node:timers/promises";
import type { DescribeTargetHealthOutput, TargetHealth } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Platform } from "../../platform.ts";
import type { Target, Task } from "../model.ts";
import type { State } from "../state.ts";

const ELB = "elasticloadbalancing";
const POLL_MILLISECONDS = 25;

export async function register(platform: Platform, task: Task, target: Target): Promise<void> {
  await platform.call(ELB, "RegisterTargets", input(task, target), "root");
  task.targets.push(target);
}

/** No new request from here on. A group that is gone has no targets either. */
export async function deregister(platform: Platform, task: Task, target: Target): Promise<void> {
  try {
    await platform.call(ELB, "DeregisterTargets", input(task, target), "root");
  } catch (error) {
    if ((error as { code?: string }).code !== "TargetGroupNotFoundException") throw error;
  }
}

/** Until nothing is in flight any more or the group's deregistration delay is over. */
export async function drained(state: State, task: Task, target: Target): Promise<void> {
  while (!state.stopped) {
    const [found] = await readHealth(state.platform, target.groupArn, input(task, target).Targets);
    if (found?.health.State !== "draining") return;
    await sleep(POLL_MILLISECONDS);
  }
}

export type FoundHealth = { key: string; health: TargetHealth };

export const targetKey = (address: string, port: number) => `${address}:${port}`;

/** How the targets of a group are; none where there is no such group. */
export async function readHealth(
  platform: Platform,
  groupArn: string,
  targets?: { Id: string; Port: number }[],
): Promise<FoundHealth[]> {
  try {
    const asked = { TargetGroupArn: groupArn, Targets: targets };
    const answer = (await platform.call(
      ELB,
      "DescribeTargetHealth",
      asked,
      "root",
    )) as DescribeTargetHealthOutput;
    return (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
      key: targetKey(Target!.Id!, Target!.Port!),
      health: TargetHealth!,
    }));
  } catch (error) {
    if ((error as { code?: string }).code === "TargetGroupNotFoundException") return [];
    throw error;
  }
}

function input(task: Task, { groupArn, port }: Target) {
  return { TargetGroupArn: groupArn, Targets: [{ Id: task.address, Port: port }] };
}
