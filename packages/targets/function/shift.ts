// The shift as a protocol: find the release's published version or make it, watch its health path, warm it, move the weight,
// read it back. Each turn does one thing; a look takes as many turns as need no waiting.
import type { Step } from "#core/domain/step.ts";
import type { Observation, Progress, TargetContext } from "#core/driver/driver.ts";
import { moveAlias } from "./alias.ts";
import { type FunctionDeps, nameOf, readAlias, readLive } from "./client.ts";
import { probe } from "./probe.ts";
import { pruneVersions } from "./prune.ts";
import { publish, upload } from "./publish.ts";
import { type ShiftState, type Watched, watching } from "./shift-state.ts";
import { ensureUrl } from "./url.ts";
import { warm } from "./warm.ts";

/** Find, upload, publish, watch, move, and two to spare for starting over. */
const MOST_TURNS = 7;
/** Looks are never closer than this, however short the interval: an invocation costs money. */
const CLOSEST_LOOKS_MS = 100;
/** A rollout looks more often than the policy's interval, so that a slow interval does not slow it down. */
const WIDEST_LOOKS_MS = 500;

/** `freshAfter`: what serves already is published once more, after that Lambda version. */
type Shift = {
  deps: FunctionDeps;
  target: TargetContext;
  version: string;
  percent: number;
  freshAfter?: string | undefined;
};
type Outcome = { next: ShiftState } | { progress: Progress };

export async function playShift(
  deps: FunctionDeps,
  target: TargetContext,
  step: Pick<Step, "version" | "weightPercent">,
  from: ShiftState,
  freshAfter?: string,
): Promise<Progress> {
  const shift = { deps, target, version: step.version!, percent: step.weightPercent ?? 100, freshAfter };
  let state = from;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const outcome = await takeTurn(shift, state);
    if ("progress" in outcome) return outcome.progress;
    state = outcome.next;
  }
  return { phase: "running", state, observations: [absent(shift, "the function keeps being changed")] };
}

function takeTurn(shift: Shift, state: ShiftState): Promise<Outcome> {
  if (state.phase === "find") return find(shift);
  if (state.phase === "watch") return watch(shift, state);
  if (state.phase === "move") return move(shift, state);
  if (state.phase === "moved") return confirm(shift, state);
  return bring(shift, state);
}

async function find({ deps, target, version }: Shift): Promise<Outcome> {
  const [live, release] = await Promise.all([readLive(deps, nameOf(deps, target)), target.release(version)]);
  const found = live?.versions.find((one) => one.label?.releaseId === release.id && one.state !== "Failed");
  return { next: found ? watching(found.number) : { phase: "upload" } };
}

async function bring(shift: Shift, state: ShiftState & { phase: "upload" | "publish" }): Promise<Outcome> {
  const { deps, target, version } = shift;
  const release = await target.release(version);
  const turn =
    state.phase === "upload"
      ? await upload(deps, target, release)
      : await publish(deps, target, release, { codeSha256: state.codeSha256, freshAfter: shift.freshAfter });
  if ("next" in turn) return turn;
  return { progress: { phase: "running", state, observations: [absent(shift, turn.wait)] } };
}

/** The version must answer as often in a row as the policy asks; one that has traffic already proved it before. */
async function watch(shift: Shift, state: ShiftState & { phase: "watch" }): Promise<Outcome> {
  const seen = await lookAgain(shift, state);
  const proven = seen.healthyInARow >= shift.target.spec.health.healthyThreshold;
  if (proven || (seen.look!.healthy && (await shareOf(shift, seen)) > 0))
    return { next: { ...seen, phase: "move" } };
  const observations = [observed(shift, seen, false)];
  return { progress: { phase: "running", state: { ...seen, phase: "watch" }, observations } };
}

async function move(shift: Shift, state: ShiftState & { phase: "move" }): Promise<Outcome> {
  const { deps, target, version, percent } = shift;
  const name = nameOf(deps, target);
  const waiting = await warm(deps, target, name, state.lambdaVersion);
  if (waiting !== null) {
    const observations = [{ ...observed(shift, state, false), detail: waiting }];
    return { progress: { phase: "running", state, observations } };
  }
  const versions = (await readLive(deps, name))?.versions ?? [];
  const keep = versions.find((one) => target.current && one.label?.version === target.current)?.number;
  const alias = await moveAlias(
    deps.lambda,
    name,
    { lambdaVersion: state.lambdaVersion, percent, keep },
    target.clock,
  );
  if (!alias) return { progress: { phase: "running", state, observations: [observed(shift, state, false)] } };
  await ensureUrl(deps.lambda, name);
  const notes = percent === 100 ? await pruneVersions(deps, name, versions, alias) : [];
  const share = alias.percents.get(state.lambdaVersion) ?? 0;
  const events = [
    { type: "traffic" as const, message: `${version} has ${share}% of the traffic (read back).` },
    ...notes.map((message) => ({ type: "note" as const, message })),
  ];
  const observations = [observed(shift, state, true)];
  return { progress: { phase: "done", state: { ...state, phase: "moved" }, observations, events } };
}

/** Asked again after the end: what was read back must still hold, and the version must still be healthy. */
async function confirm(shift: Shift, state: ShiftState & { phase: "moved" }): Promise<Outcome> {
  const share = await shareOf(shift, state);
  if (share !== shift.percent && share !== 100) return { next: { phase: "find" } };
  const seen = { ...(await lookAgain(shift, state)), phase: "moved" as const };
  const observations = [observed(shift, seen, true)];
  return { progress: { phase: seen.look!.healthy ? "done" : "running", state: seen, observations } };
}

async function shareOf({ deps, target }: Shift, { lambdaVersion }: Watched): Promise<number> {
  const alias = await readAlias(deps.lambda, nameOf(deps, target));
  return alias?.percents.get(lambdaVersion) ?? 0;
}

/** A fresh look where one is due, else the last one. */
async function lookAgain<T extends Watched>({ deps, target }: Shift, state: T): Promise<T> {
  const { health } = target.spec;
  const spacing = Math.min(Math.max(health.intervalSeconds * 1000, CLOSEST_LOOKS_MS), WIDEST_LOOKS_MS);
  const now = target.clock.now();
  if (state.look && now - state.lookedAt < spacing) return state;
  const look = await probe(deps.lambda, nameOf(deps, target), state.lambdaVersion, health);
  const healthyInARow = look.healthy ? state.healthyInARow + 1 : 0;
  const unhealthyInARow = look.healthy ? 0 : state.unhealthyInARow + 1;
  return { ...state, look, lookedAt: now, healthyInARow, unhealthyInARow };
}

/** An invocation waits for the start itself, so there is no grace to give: enough bad answers are final. */
function observed(shift: Shift, { look, unhealthyInARow }: Watched, serving: boolean): Observation {
  const final = unhealthyInARow >= shift.target.spec.health.unhealthyThreshold;
  return {
    replica: shift.version,
    version: shift.version,
    health: look!.healthy ? "healthy" : "unhealthy",
    reachable: true,
    hopeless: look!.hopeless || final,
    serving,
    detail: look!.detail,
  };
}

/** Not published yet. */
function absent(shift: Shift, detail: string): Observation {
  return {
    replica: shift.version,
    version: null,
    health: "starting",
    reachable: true,
    hopeless: false,
    serving: false,
    detail,
  };
}
