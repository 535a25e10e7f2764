// Planning in place, at three sizes: the ratio of neighbours says whether it grows linearly (4.0) or worse. The sizes take turns, so that
// all see the same machine, and for the ratio the quickest turn of each counts: what a busy machine adds is no growth.
import { EMPTY_FLEET, type Replica } from "#core/domain/replica.ts";
import { planInPlace } from "#core/plan/rolling.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { type Bench, type Figure, median } from "./figure.ts";

const SIZES = [10_000, 40_000, 160_000];
const TURNS = 41;
/** Until the compiler has settled: what is measured is the algorithm. */
const WARM_UP_TURNS = 20;

export const planning: Bench = {
  name: "planning",
  run: async () => {
    const plans = SIZES.map(planOf);
    for (let turn = 1; turn <= WARM_UP_TURNS; turn++) for (const plan of plans) plan();
    const times = plans.map(() => [] as number[]);
    for (let turn = 1; turn <= TURNS; turn++)
      for (const [n, plan] of plans.entries()) times[n]!.push(timed(plan));
    const [small, middle, large] = times.map((all) => Math.min(...all)) as [number, number, number];
    const growth = `${(middle / small).toFixed(2)}, ${(large / middle).toFixed(2)}`;
    return [
      figure("planning 10,000 replicas", `${median(times[0]!).toFixed(1)} ms`, "200 ms"),
      figure("growth 10k to 40k, 40k to 160k", growth, "4.00 is linear"),
    ];
  },
};

const figure = (what: string, measured: string, beside: string): Figure => ({ what, measured, beside });

function planOf(count: number): () => unknown {
  const replicas: Replica[] = Array.from({ length: count }, (_, n) => ({
    id: `host-${n}`,
    version: "v1",
    health: "healthy",
    address: null,
    startedAt: null,
  }));
  const fleet = { ...EMPTY_FLEET, replicas };
  const spec = aSpec({ replicas: count, rollout: aRollout({ batch: 10, maxUnavailable: 10 }) });
  return () => planInPlace({ fleet, version: "v2", desired: count, rollback: false }, spec);
}

function timed(plan: () => unknown): number {
  const began = performance.now();
  plan();
  return performance.now() - began;
}
