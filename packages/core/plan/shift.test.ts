import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { EMPTY_FLEET, type Replica } from "../domain/replica.ts";
import type { Spec } from "../domain/spec.ts";
import type { PlanRequest } from "../driver/driver.ts";
import { placed, withGates } from "./gates.ts";
import { planShift } from "./shift.ts";

const rollout = aSpec().rollout;
const canary: Spec = aSpec({
  kind: "function",
  rollout: { ...rollout, strategy: "canary", weights: [10, 50, 100], bakeSeconds: 0, approval: "none" },
});

function request(
  shares: Record<string, number>,
  more: Partial<PlanRequest> = {},
  unhealthy?: string,
): PlanRequest {
  const traffic = Object.entries(shares).map(([version, percent]) => ({ version, percent }));
  const replicas: Replica[] = traffic.map(({ version }) => ({
    id: version,
    version,
    health: version === unhealthy ? "unhealthy" : "healthy",
    address: null,
    startedAt: null,
  }));
  return {
    fleet: { ...EMPTY_FLEET, traffic, replicas },
    version: "v2",
    desired: 1,
    rollback: false,
    ...more,
  };
}

const weights = (asked: PlanRequest, spec = canary) =>
  planShift(asked, spec).map((step) => step.weightPercent);

test("a canary moves the traffic by its weights, each shift named for people", () => {
  expect(planShift(request({ v1: 100 }), canary)).toEqual(
    [10, 50, 100].map((weightPercent) => ({
      type: "shift",
      label: `Shift ${weightPercent} % to v2`,
      replicas: ["v2"],
      version: "v2",
      weightPercent,
    })),
  );
});

test("a first deployment, allAtOnce and a way back are one shift to 100", () => {
  expect(weights(request({}))).toEqual([100]);
  expect(
    weights(request({ v1: 100 }), { ...canary, rollout: { ...canary.rollout, strategy: "allAtOnce" } }),
  ).toEqual([100]);
  expect(planShift(request({ v2: 50, v3: 50 }, { rollback: true }), canary)).toEqual([
    {
      type: "shift",
      label: "Shift 100 % back to v2",
      replicas: ["v2"],
      version: "v2",
      weightPercent: 100,
      rollback: true,
    },
  ]);
});

test("a canary under way is played again from its present weight", () => {
  expect(weights(request({ v1: 90, v2: 10 }))).toEqual([10, 50, 100]);
  expect(weights(request({ v1: 70, v2: 30 }))).toEqual([50, 100]);
});

test("nothing is to do when all traffic is on the version and it is well; unhealthy, it is brought again", () => {
  expect(weights(request({ v2: 100 }))).toEqual([]);
  expect(weights(request({ v2: 100 }, {}, "v2"))).toEqual([100]);
});

test("no version means: take the function away", () => {
  expect(planShift(request({ v1: 100 }, { version: null }), canary)).toEqual([
    { type: "batch", action: "remove", label: "Remove the function", replicas: ["v1"], version: null },
  ]);
  expect(planShift(request({}, { version: null }), canary)).toEqual([]);
});

test("each step is followed by a bake of its replicas", () => {
  const steps = withGates(planShift(request({ v1: 100 }), canary), { ...canary.rollout, bakeSeconds: 10 });
  expect(steps.map((step) => step.label)).toEqual([
    "Shift 10 % to v2",
    "Bake 10 s",
    "Shift 50 % to v2",
    "Bake 10 s",
    "Shift 100 % to v2",
    "Bake 10 s",
  ]);
  expect(steps[1]).toEqual({
    type: "bake",
    label: "Bake 10 s",
    replicas: ["v2"],
    version: "v2",
    seconds: 10,
  });
});

test("an approval is asked for once before, or before each step", () => {
  const steps = planShift(request({ v1: 100 }), canary);
  const labels = (approval: "before" | "eachStep") =>
    withGates(steps, { ...canary.rollout, approval }).map((step) => step.label);
  expect(labels("before")).toEqual(["Approval before the start", ...steps.map((step) => step.label)]);
  expect(labels("eachStep")).toEqual(steps.flatMap((step) => [`Approval of ${step.label}`, step.label]));
});

test("nobody waits on the way back, nor where there is nothing to do", () => {
  const gates = { ...canary.rollout, bakeSeconds: 10, approval: "eachStep" as const };
  const back = planShift(request({ v3: 100 }, { rollback: true }), canary);
  expect(withGates(back, gates)).toEqual(back);
  expect(withGates([], gates)).toEqual([]);
});

test("steps take their places behind those that are there", () => {
  const [step] = placed(planShift(request({}), canary), 4);
  expect(step).toMatchObject({
    index: 4,
    status: "pending",
    startedAt: null,
    endedAt: null,
    weightPercent: 100,
  });
});
