import { expect, test } from "vitest";
import type { Deployment } from "#core/domain/deployment.ts";
import { aDeployment, aStep } from "#test/support/a-deployment.ts";
import { apply } from "./apply.ts";
import type { EngineDeps } from "./deps.ts";

test("a task that runs twice hands the driver the memory of its first run", async () => {
  let kept = aDeployment({ status: "running", changed: true, steps: [aStep({ status: "pending" })] });
  const states: unknown[] = [];
  const change = async (_id: string, how: (before: Deployment) => { deployment: Deployment } | null) => {
    kept = how(kept)?.deployment ?? kept;
    return kept;
  };
  const deps = {
    clock: { now: () => 0 },
    store: {
      deployments: { change, need: async () => kept },
      environments: { get: async () => ({}) },
      releases: { get: async () => ({}) },
    },
    driver: {
      apply: async (_target: unknown, _step: unknown, state: unknown) => {
        states.push(state);
        return { phase: "running", state: { drained: ["a"] }, observations: [] };
      },
    },
  } as unknown as EngineDeps;
  const caller = { deploymentId: kept.id, generation: kept.generation };
  await apply(deps, caller);
  await apply(deps, caller);
  expect(states).toEqual([null, { drained: ["a"] }]);
});
