// An attempt whose answer was lost, or whose execution was stopped, may be at work still. It finds at its next look that it is too late
// (fence.ts); but what it has asked of a platform right before may come about a little later. So the target of a deployment that met such
// a thing changes hands a little after its end, when nothing of it can be on its way any more. Whoever met nothing waits for nothing.
import { instant } from "#core/clock.ts";
import { type Deployment, isEnded } from "#core/domain/deployment.ts";
import type { EngineRequest } from "#core/rollout/messages.ts";
import type { ControlDeps } from "./deps.ts";
import { changeOwn } from "./fence.ts";

/** No driver function lives longer (packages/infra/functions.ts). */
const LONGEST_LIFE_MS = 300_000;
/** What was asked before an attempt learns that it is too late comes about by then: one attempt of a call may take 10 s (functions/deps/aws-options.ts). */
const LAST_CALL_MS = 15_000;

/** Those by which a driver changes what runs. A shard is asked again also where no answer was lost, so that its attempts say nothing. */
const CHANGING: ReadonlySet<EngineRequest["verb"]> = new Set(["apply", "check", "finish"]);

/** Written only where the workflow tries again: a deployment that goes well pays nothing for it. */
export async function noteDoubt(deps: ControlDeps, request: EngineRequest): Promise<void> {
  if (!request.retry || !CHANGING.has(request.verb)) return;
  await changeOwn(deps, request, (before) =>
    isEnded(before.status) ? null : { deployment: { ...before, doubtAt: instant(deps.clock.now()) } },
  );
}

/** Of one that has ended; 0 where there is no doubt. */
export function handOverAtMs({ doubtAt, endedAt }: Deployment): number {
  if (doubtAt === undefined || endedAt === null) return 0;
  const endMs = Date.parse(endedAt);
  return endMs - Date.parse(doubtAt) > LONGEST_LIFE_MS ? 0 : endMs + LAST_CALL_MS;
}
