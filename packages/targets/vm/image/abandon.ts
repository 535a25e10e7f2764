// An image that nobody waits for any more: the workflow that makes it is stopped, and with it go its builder and what was not
// tested yet. Only who began it does so. Where another environment waits for the same image, it begins again by itself.
import type { Step } from "#core/domain/step.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Vm } from "../client.ts";
import { ownerOf } from "../ground.ts";
import { cleanUp } from "./clean-up.ts";
import { describe, executionName, stop } from "./executions.ts";
import { MOST_ATTEMPTS } from "./prepare.ts";
import { type ImageRequest, keyOf } from "./request.ts";

export async function abandonImage(
  vm: Vm,
  target: TargetContext,
  { version }: Pick<Step, "version">,
): Promise<void> {
  if (!version) return;
  const { app, environment } = ownerOf(target);
  const image = { app, key: keyOf(target, await target.release(version)) };
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const execution = executionName(image, attempt);
    const found = await describe(vm, execution);
    if (found === null) return;
    const asked = JSON.parse(found.input ?? "{}") as Partial<ImageRequest>;
    if (found.status !== "RUNNING" || asked.environment !== environment) continue;
    await stop(vm, execution, `${app} ${version} is not wanted in ${environment} any more`);
    await cleanUp(vm, { execution });
  }
}
