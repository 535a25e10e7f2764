// The group of a target made anew where somebody deleted it: what stood is told by the release and the target's settings.
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { createGroup } from "./capacity.ts";
import type { Vm } from "./client.ts";
import { whoOf } from "./ground.ts";
import { prepareImage } from "./image/prepare.ts";
import { activeSide, nameOf } from "./side.ts";
import { ensureVersion } from "./template.ts";

export async function rebuild(vm: Vm, target: TargetContext, version: string): Promise<RepairResult> {
  const side = await activeSide(vm, target);
  const about = { replica: nameOf(vm, target, side), action: "made again" };
  const image = await prepareImage(vm, target, { version, startedAt: null }, null);
  if (image.phase === "failed") return { ...about, result: "failed", detail: image.reason };
  if (image.phase === "running")
    return { ...about, result: "begun", detail: "its image is being baked again" };
  const templateVersion = await ensureVersion(vm, target, await target.release(version), image.image.image);
  const { health, port, replicas: desired, rollout } = target.spec;
  const targetGroupArn = await vm.balancer.ensure({
    ...whoOf(target),
    port,
    health,
    drainSeconds: rollout.drainSeconds,
    targetType: "instance",
    side,
  });
  await createGroup(vm, target, { side, version, templateVersion, targetGroupArn, desired });
  return { ...about, result: "begun", detail: `${desired} copies of ${version} are being launched` };
}
