// What a pass of healing leads to beside repairs: a release that turned unhealthy while it was watched goes back, and copies that
// know an old secret, or whose identity is old, are restarted, or there are to be more or fewer of them. All are deployments like any other, by nobody's hand. A driver only finds that they are
// due; whoever asked for the pass submits them. Where another is under way, has changed what runs, or a freeze is on, that has the word.
import type { HealingRun } from "#core/domain/healing-run.ts";
import type { ScalingActivity } from "#core/domain/scaling.ts";
import type { Spec } from "#core/domain/spec.ts";
import { TuttiError } from "#core/errors.ts";
import { type HealInput, MOST_NAMED } from "#core/heal/messages.ts";
import type { Broken } from "#core/heal/tally.ts";
import { needRelease, specOf } from "../context.ts";
import type { ControlDeps, Executions } from "../deps.ts";
import { type Submission, submit } from "../submit.ts";
import type { HealOutcome } from "./heal.ts";
import type { FollowUp } from "./pass.ts";
import { rememberScaling } from "./scale.ts";

/** Who asks, in the deployment and its log. */
const ACTOR = "tutti";
const ROTATION = "secret rotation";
const SCALING = "scaling";

/** The run as it is recorded then. */
export async function followUp(deps: HealControl, outcome: HealOutcome): Promise<HealingRun> {
  const { next, toMend, ...run } = outcome;
  if (toMend) return startMending(deps, run, toMend);
  if (!next) return run;
  const { app, environment } = run;
  const target = await deps.store.targets.need({ app, environment });
  if (target.lock !== null || target.release !== next.from) return run;
  const spec = specOf(await needRelease(deps, app, next.to), environment);
  const asked = { app, environment, version: next.to, spec: specFor(next, spec) };
  const id = await submitted(deps, { ...asked, ...wordsOf(next) });
  if (id === null) return run;
  if (next.purpose === "scale") await rememberScaling(deps, run, scalingOf(next, id, run.endedAt));
  const action = {
    replica: null,
    finding: next.why,
    action: `${next.does} with ${id}`,
    result: "begun" as const,
  };
  const after = {
    ...run,
    actions: [...run.actions, action],
    summary: `${run.summary} ${next.why.replace(/\.$/, "")}.`,
  };
  await deps.store.healingRuns.put(after);
  return after;
}

export type HealControl = ControlDeps & {
  /** Of the workflow of healing. */
  healExecutions: Executions<HealInput>;
};

/** Recorded first, so that the run is seen while its repair is under way; what cannot be started now is found again in a minute. */
async function startMending(deps: HealControl, run: HealingRun, broken: Broken[]): Promise<HealingRun> {
  const { id: runId, app, environment, trigger, startedAt } = run;
  const { kind } = await deps.store.targets.need({ app, environment });
  const begun = { ...run, execution: runId, underWay: true };
  await deps.store.healingRuns.put(begun);
  const named = broken
    .slice(0, MOST_NAMED)
    .map((one) => ({ ...one, detail: one.detail.slice(0, DETAIL_LENGTH) }));
  await deps.healExecutions.start(runId, {
    runId,
    app,
    environment,
    kind,
    trigger,
    startedAt,
    broken: named,
  });
  return begun;
}

const DETAIL_LENGTH = 200;

function specFor({ purpose, replicas }: FollowUp, spec: Spec): Spec {
  if (!purpose) return spec;
  return { ...unattended(spec), replicas: replicas ?? spec.replicas };
}

function scalingOf({ does, why }: FollowUp, id: string, at: string): ScalingActivity {
  return { at, status: "Successful", description: `${id} ${does}.`, cause: `${why}.` };
}

/** Nothing new comes, so nobody is asked and nothing is tried out. */
function unattended(spec: Spec): Spec {
  return { ...spec, rollout: { ...spec.rollout, approval: "none", bakeSeconds: 0, alarms: [] } };
}

function wordsOf({
  from,
  to,
  why,
  by = ROTATION,
  purpose,
}: FollowUp): Pick<Submission, "createdBy" | "trigger" | "purpose" | "wayBack" | "why"> {
  if (purpose === "scale")
    return { createdBy: SCALING, trigger: "scale", purpose, wayBack: true, why: `${why}.` };
  if (purpose) return { createdBy: ACTOR, trigger: "healing", purpose, wayBack: true, why };
  if (from === to) return { createdBy: by, trigger: "restart", purpose: "restart" };
  const told = `${from} turned unhealthy after its success: ${why}`;
  return { createdBy: ACTOR, trigger: "healing", wayBack: true, why: told };
}

/** `null` in a freeze, and where somebody was faster. */
async function submitted(deps: ControlDeps, submission: Submission): Promise<string | null> {
  try {
    return (await submit(deps, { ...submission, onConflict: "reject" })).id;
  } catch (error) {
    const waits = error instanceof TuttiError && (error.code === "frozen" || error.code === "target_busy");
    if (!waits) throw error;
    return null;
  }
}
