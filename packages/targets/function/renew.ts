// Fresh execution environments for the release that serves. Lambda has no call that ends them, so the release is published once more, as a
// Lambda version of its own, and goes through the same shift as any other: looked at first, warmed, moved to, read back. The environments
// before finish what they have. Run twice it publishes once: what stands there already is gone on with, and Lambda answers the version that
// it has where nothing differs from it.
import type { Fleet } from "#core/domain/replica.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { Refusal } from "./archive-rules.ts";
import { type FunctionDeps, type Live, nameOf, type Published, readLive } from "./client.ts";
import { applyConcurrency, servingOf } from "./concurrency.ts";
import { driftOf } from "./inspect.ts";
import { playShift } from "./shift.ts";
import { readState, type ShiftState, watching } from "./shift-state.ts";

/** A pass waits no longer; the next one goes on. */
const LONGEST_MS = 40_000;
const BETWEEN_LOOKS_MS = 500;

/** The release that serves, published after the version that does: its environments are fresh, and nothing is sent to them yet. */
export function freshOf(live: Live): Published | undefined {
  const serving = live.versions.find((one) => one.number === servingOf(live));
  return live.versions.find(
    (one) =>
      serving?.label &&
      one.label?.releaseId === serving.label.releaseId &&
      Number(one.number) > Number(serving.number) &&
      one.state !== "Failed",
  );
}

function findingOf({ replicas }: Pick<Fleet, "replicas">, current: string): string | undefined {
  const answers = replicas.find(({ id }) => id === current)?.answers;
  const total = (key: "bad" | "of") => answers?.reduce((sum, one) => sum + one[key], 0);
  return answers && `${total("bad")} of its last ${total("of")} answers were errors`;
}

/** Nothing where somebody else's change is to be put right first. */
export async function renew(
  deps: FunctionDeps,
  target: TargetContext,
  { current, fleet }: { current: string; fleet?: Pick<Fleet, "replicas"> },
): Promise<RepairResult[]> {
  const live = await readLive(deps, nameOf(deps, target));
  const before = live && servingOf(live);
  if (!live || !before || driftOf(live, current).length > 0) return [];
  const finding = fleet && findingOf(fleet, current);
  const about = { replica: current, action: "start fresh environments", ...(finding ? { finding } : {}) };
  const outcome = await shiftToFresh(deps, target, { current, before, fresh: freshOf(live) });
  if ("result" in outcome) return [{ ...about, ...outcome }];
  const after = await readLive(deps, live.name);
  const serving = after && servingOf(after);
  if (!after || !serving || Number(serving) <= Number(before))
    return [{ ...about, result: "failed", detail: "somebody else has moved the alias" }];
  await applyConcurrency(deps, target, after, serving);
  const detail = `Lambda version ${serving} serves ${current} in place of ${before}, with environments of its own (read back)`;
  return [{ ...about, result: "repaired", detail }];
}

type Renewal = { current: string; before: string; fresh: Published | undefined };
type Outcome = { moved: true } | Pick<RepairResult, "result" | "detail">;

async function shiftToFresh(
  deps: FunctionDeps,
  target: TargetContext,
  { current, before, fresh }: Renewal,
): Promise<Outcome> {
  const untilMs = target.clock.now() + LONGEST_MS;
  let state: ShiftState = fresh ? watching(fresh.number) : { phase: "upload" };
  for (;;) {
    const turn = await turnOf(deps, target, { current, before, state });
    if ("result" in turn || "moved" in turn) return turn;
    if (target.clock.now() >= untilMs)
      return { result: "held", detail: `${turn.waiting}: the next pass goes on` };
    state = turn.state;
    await target.clock.sleep(BETWEEN_LOOKS_MS);
  }
}

type Turn = Pick<Renewal, "current" | "before"> & { state: ShiftState };

async function turnOf(
  deps: FunctionDeps,
  target: TargetContext,
  { current, before, state }: Turn,
): Promise<Outcome | { state: ShiftState; waiting: string }> {
  try {
    const step = { version: current, weightPercent: 100 };
    const progress = await playShift(deps, target, step, state, before);
    if (progress.phase === "failed") return { result: "failed", detail: progress.reason };
    if (progress.phase === "done") return { moved: true };
    const [seen] = progress.observations;
    if (seen?.hopeless)
      return { result: "failed", detail: `the fresh environments are not healthy: ${seen.detail}` };
    return { state: readState(progress.state), waiting: seen?.detail ?? "on its way" };
  } catch (error) {
    if (error instanceof Refusal) return { result: "failed", detail: error.message };
    throw error;
  }
}
