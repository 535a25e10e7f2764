// Planning in place, at three sizes: the ratio of neighbours says whether it grows linearly (2.0) or worse.
import { EMPTY_FLEET, type Replica } from "#core/domain/replica.ts";
import { planInPlace } from "#core/plan/rolling.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { type Bench, type Figure, median } from "./figure.ts";

const TURNS = 41;
/** Until the compiler has settled: what is measured is the algorithm. */
const WARM_UP_TURNS = 20;

export const planning: Bench = {
  name: "planning",
  run: async () => {
    const [half, whole, twice] = [5_000, 10_000, 20_000].map(medianMs) as [number, number, number];
    const growth = `${(whole / half).toFixed(2)}, ${(twice / whole).toFixed(2)}`;
    return [
      figure("planning 10,000 replicas", `${whole.toFixed(1)} ms`, "200 ms"),
      figure("growth 5k to 10k, 10k to 20k", growth, "2.00 is linear"),
    ];
  },
};

const figure = (what: string, measured: string, beside: string): Figure => ({ what, measured, beside });

function medianMs(count: number): number {
  const replicas: Replica[] = Array.from({ length: count }, (_, n) => ({
    id: `host-${n}`,
    version: "v1",
    health: "healthy",
    address: null,
    startedAt: null,
  }));
  const fleet = { ...EMPTY_FLEET, replicas };
  const spec = aSpec({ replicas: count, rollout: aRollout({ batch: 10, maxUnavailable: 10 }) });
  const plan = () => planInPlace({ fleet, version: "v2", desired: count, rollback: false }, spec);
  for (let turn = 1; turn <= WARM_UP_TURNS; turn++) plan();
  const times = Array.from({ length: TURNS }, () => {
    const began = performance.now();
    plan();
    return performance.now() - began;
  });
  return median(times);
}
