// One look at a shift under way, moving it on as far as it goes without waiting: find the release's published
// version or make it, watch its health path, move the weight, read it back.

import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { moveAlias } from "./alias.ts";
import { Refusal } from "./archive-rules.ts";
import { type FunctionDeps, type Live, nameOf, type Published, readAlias, readLive } from "./client.ts";
import { replicaIdOf } from "./naming.ts";
import { probe } from "./probe.ts";
import { pruneVersions } from "./prune.ts";
import { publish, upload } from "./publish.ts";
import { readState, type ShiftState } from "./shift-state.ts";
import { ensureUrl } from "./url.ts";

/** Turns in one look: find, upload, publish, watch, move, moved, and one to spare for starting over. */
const MOST_TURNS = 7;
/** Looks are never closer than this, however short the interval: an invocation costs money. */
const CLOSEST_LOOKS_MS = 100;
/** A rollout looks more often than the policy's interval, so that a slow interval does not slow it down. */
const WIDEST_LOOKS_MS = 500;

type Shift = { deps: FunctionDeps; target: TargetContext; step: Step; version: string };
type Outcome = { next: ShiftState } | { progress: Progress };

export async function checkStep(
  deps: FunctionDeps,
  target: TargetContext,
  step: Step,
  state: unknown,
): Promise<Progress> {
  if (step.type !== "shift" || !step.version) return lookOnly(deps, target, step);
  const shift = { deps, target, step, version: step.version };
  let now = readState(state);
  try {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const outcome = await takeTurn(shift, now);
      if ("progress" in outcome) return outcome.progress;
      now = outcome.next;
    }
  } catch (error) {
    if (error instanceof Refusal) return { phase: "failed", reason: error.message, observations: [] };
    throw error;
  }
  return { phase: "running", state: now, observations: [] };
}

async function takeTurn(shift: Shift, state: ShiftState): Promise<Outcome> {
  if (state.phase === "find") return find(shift);
  if (state.phase === "watch") return watch(shift, state);
  if (state.phase === "move") return move(shift, state);
  if (state.phase === "moved") return confirm(shift, state);
  const release = await shift.target.release(shift.version);
  const turn =
    state.phase === "upload"
      ? await upload(shift.deps, shift.target, release)
      : await publish(shift.deps, shift.target, release, state.codeSha256);
  return "next" in turn ? turn : running(shift, state, turn.wait);
}

async function find({ deps, target, version }: Shift): Promise<Outcome> {
  const [live, release] = await Promise.all([readLive(deps, nameOf(deps, target)), target.release(version)]);
  const found = live?.versions.find((one) => one.label?.releaseId === release.id && one.state !== "Failed");
  if (!found) return { next: { phase: "upload" } };
  return {
    next: { phase: "watch", lambdaVersion: found.number, healthyInARow: 0, unhealthyInARow: 0, lookedAt: 0 },
  };
}

/** The version must answer as often in a row as the policy asks; one that has traffic already proved it before. */
async function watch(shift: Shift, state: ShiftState & { phase: "watch" }): Promise<Outcome> {
  const { deps, target } = shift;
  const { health } = target.spec;
  const spacing = Math.min(Math.max(health.intervalSeconds * 1000, CLOSEST_LOOKS_MS), WIDEST_LOOKS_MS);
  const now = target.clock.now();
  if (now - state.lookedAt < spacing) return { progress: { phase: "running", state, observations: [] } };
  const name = nameOf(deps, target);
  const look = await probe(deps.lambda, name, state.lambdaVersion, health);
  const healthyInARow = look.healthy ? state.healthyInARow + 1 : 0;
  const unhealthyInARow = look.healthy ? 0 : state.unhealthyInARow + 1;
  if (
    healthyInARow >= health.healthyThreshold ||
    (look.healthy && (await hasTraffic(shift, state.lambdaVersion)))
  )
    return { next: { phase: "move", lambdaVersion: state.lambdaVersion, detail: look.detail } };
  // An invocation waits for the start itself, so there is no grace to give: enough bad answers are final.
  const hopeless = look.hopeless || unhealthyInARow >= health.unhealthyThreshold;
  return {
    progress: {
      phase: "running",
      state: { ...state, healthyInARow, unhealthyInARow, lookedAt: now },
      observations: [
        observe(shift, { health: look.healthy ? "starting" : "unhealthy", hopeless, detail: look.detail }),
      ],
    },
  };
}

async function hasTraffic({ deps, target }: Shift, lambdaVersion: string): Promise<boolean> {
  const alias = await readAlias(deps.lambda, nameOf(deps, target));
  return (alias?.percents.get(lambdaVersion) ?? 0) > 0;
}

async function move(shift: Shift, state: ShiftState & { phase: "move" }): Promise<Outcome> {
  const { deps, target, step, version } = shift;
  const name = nameOf(deps, target);
  const before = await readLive(deps, name);
  const keep = before?.versions.find(
    (one) => target.current && one.label?.version === target.current,
  )?.number;
  const percent = step.weightPercent ?? 100;
  const alias = await moveAlias(deps.lambda, name, { lambdaVersion: state.lambdaVersion, percent, keep });
  if (!alias) return running(shift, state, "the alias is being changed by somebody else");
  await ensureUrl(deps.lambda, name);
  const notes = percent === 100 ? await pruneVersions(deps, name, before?.versions ?? [], alias) : [];
  const share = alias.percents.get(state.lambdaVersion) ?? 0;
  const traffic = {
    type: "traffic" as const,
    message: `${version} has ${share}% of the traffic (read back).`,
  };
  return {
    progress: {
      phase: "done",
      state: { ...state, phase: "moved" },
      observations: [observe(shift, { health: "healthy", detail: state.detail })],
      events: [traffic, ...notes.map((message) => ({ type: "note" as const, message }))],
    },
  };
}

/** Asked again after the end: what was read back must still hold, else the weight is moved once more. */
async function confirm(shift: Shift, state: ShiftState & { phase: "moved" }): Promise<Outcome> {
  const { deps, target, step } = shift;
  const alias = await readAlias(deps.lambda, nameOf(deps, target));
  const share = alias?.percents.get(state.lambdaVersion) ?? 0;
  if (share !== (step.weightPercent ?? 100) && share !== 100) return { next: { phase: "find" } };
  const observations = [observe(shift, { health: "healthy", detail: state.detail })];
  return { progress: { phase: "done", state, observations } };
}

function running(shift: Shift, state: ShiftState, detail: string): Outcome {
  return {
    progress: { phase: "running", state, observations: [observe(shift, { health: "starting", detail })] },
  };
}

function observe(
  { version }: Shift,
  seen: Pick<Observation, "health" | "detail"> & Partial<Observation>,
): Observation {
  return { replica: version, version, reachable: true, hopeless: false, serving: true, ...seen };
}

/** A bake: one look at what has traffic, the new version first. */
async function lookOnly(deps: FunctionDeps, target: TargetContext, step: Step): Promise<Progress> {
  const live = await readLive(deps, nameOf(deps, target));
  const serving = live
    ? servingVersions(live).filter((one) => !step.version || one.label?.version === step.version)
    : [];
  const observations = await Promise.all(
    serving.map(async (one) => {
      const look = await probe(deps.lambda, live!.name, one.number, target.spec.health);
      const version = one.label?.version ?? null;
      const health = look.healthy ? ("healthy" as const) : ("unhealthy" as const);
      const replica = replicaIdOf(one.label, one.number);
      return {
        replica,
        version,
        health,
        reachable: true,
        hopeless: look.hopeless,
        serving: true,
        detail: look.detail,
      };
    }),
  );
  return { phase: "done", state: null, observations };
}

function servingVersions(live: Live): Published[] {
  return live.versions.filter((one) => (live.alias?.percents.get(one.number) ?? 0) > 0);
}
