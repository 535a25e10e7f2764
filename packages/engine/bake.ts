// Bake: one slice of waiting, during which an operator's word wakes the workflow at once. The slice that runs out is
// counted by the look that follows it.
import { instant } from "#core/clock.ts";
import type { WaitingCall } from "#core/rollout/messages.ts";
import { currentStep } from "#core/rollout/statuses.ts";
import type { EngineDeps } from "./deps.ts";
import { changeOwn } from "./fence.ts";
import { moveOf } from "./move.ts";
import { withStep } from "./steps.ts";
import { isLate, withToken } from "./waiting-token.ts";
import { sendToken } from "./wake.ts";

/** Keeps the token; where there is nothing to wait for any more, sends it at once. */
export async function bake(deps: EngineDeps, caller: WaitingCall): Promise<void> {
  const at = instant(deps.clock.now());
  const after = await changeOwn(deps, caller, (before) => {
    const step = currentStep(before);
    if (moveOf(before).next !== "bake" || !step || isLate(before, caller)) return null;
    const waiting = withToken(before, caller);
    if (step.status === "running") return { deployment: waiting };
    const begun = withStep(waiting, step.index, { status: "running", startedAt: at });
    return {
      deployment: { ...begun, bakedSeconds: 0, stepState: null, watches: {}, progressAt: at },
      events: [{ type: "step", message: `${step.label} begins.`, step: step.index }],
    };
  });
  if (moveOf(after).next !== "bake") await sendToken(deps, caller.taskToken, after);
}
