// How much of the traffic the release had, over time. Where traffic has weights, the shifts say so; where membership is
// all there is, it is the share of the copies that serve.
import type { DeploymentView } from "../api.ts";
import type { Stretch } from "./stretches.ts";

/** A value that holds from an instant on. */
export type Level = { at: number; value: number };

type Span = { from: number; to: number };

export function trafficOf(deployment: DeploymentView, stretches: Stretch[], span: Span): Level[] {
  const weighted = deployment.steps.some((step) => step.type === "shift");
  return weighted ? byWeights(deployment, span) : byMembership(deployment, stretches, span);
}

export function byWeights({ steps, version }: DeploymentView, { from }: Span): Level[] {
  const shifts = steps.filter((step) => step.type === "shift" && step.status === "succeeded" && step.endedAt);
  const levels = shifts.map((step) => {
    const percent = step.weightPercent ?? 100;
    return { at: Date.parse(step.endedAt!), value: step.version === version ? percent : 100 - percent };
  });
  return [{ at: from, value: 0 }, ...levels];
}

function byMembership({ version }: DeploymentView, stretches: Stretch[], { from }: Span): Level[] {
  const serving = stretches.filter((one) => one.condition === "serving");
  const instants = [...new Set([from, ...serving.flatMap((one) => [one.from, one.to])])].sort(
    (a, b) => a - b,
  );
  return sweep(instants, serving, version);
}

/** One pass over the ends of the stretches: a thousand replicas cost no more than their changes. */
function sweep(instants: number[], serving: Stretch[], version: string): Level[] {
  const changes = new Map<number, { all: number; ours: number }>();
  const add = (at: number, all: number, ours: number) => {
    const known = changes.get(at) ?? { all: 0, ours: 0 };
    changes.set(at, { all: known.all + all, ours: known.ours + ours });
  };
  for (const one of serving) {
    const ours = one.version === version ? 1 : 0;
    add(one.from, 1, ours);
    add(one.to, -1, -ours);
  }
  let all = 0;
  let ours = 0;
  let last = 0;
  return instants.map((at) => {
    all += changes.get(at)?.all ?? 0;
    ours += changes.get(at)?.ours ?? 0;
    // At the right edge every stretch ends: what held until then goes on.
    if (all > 0) last = (100 * ours) / all;
    return { at, value: last };
  });
}
