import validate from "asl-validator";
import { expect, test } from "vitest";
import { BAKE_SLICE_SECONDS } from "#core/rollout/bake-slice.ts";
import { HOLD_ROUNDS, HOLD_SECONDS, HOOK_ROUNDS, MAX_ROUNDS } from "#core/rollout/limits.ts";
import { expectGolden } from "#test/support/golden-definition.ts";
import type { Definition, TaskState } from "./asl.ts";
import { type Budget, problemsOf } from "./checker.ts";
import { rolloutDefinition } from "./rollout.ts";

const definition = rolloutDefinition({
  driverArnPrefix: "arn:aws:lambda:us-east-1:000000000000:function:tutti-driver-",
  hooksArn: "arn:aws:lambda:us-east-1:000000000000:function:tutti-hooks",
  rolloutArn: "arn:aws:states:us-east-1:000000000000:stateMachine:tutti-rollout",
});

/** What the engine's rounds allow: a hold weighs 60 of them, a hook 5, a step in shards at least two. */
const budget: Budget = {
  visits: (state) => VISITS[state] ?? 1,
  longestSeconds: (state) => (state === "Hold" ? HOLD_SECONDS : BAKE_SLICE_SECONDS),
};

const VISITS: Record<string, number> = {
  "Apply the step": MAX_ROUNDS,
  "Check the step": MAX_ROUNDS,
  "Run the hook": MAX_ROUNDS / HOOK_ROUNDS,
  Bake: MAX_ROUNDS,
  "Play the shard": MAX_ROUNDS / 2,
  Hold: MAX_ROUNDS / HOLD_ROUNDS,
  "Roll back": 4,
};

test("the rollout is the one in the golden file", () => {
  expectGolden("rollout", definition);
});

test("asl-validator finds nothing wrong", () => {
  expect(validate(structuredClone(definition), { checkPaths: true, checkArn: true }).errors).toEqual([]);
});

test("every state is reachable and ends, every task has time-out, retry and catch, and the worst case fits", () => {
  expect(problemsOf(definition, budget)).toEqual([]);
});

test("no state branches on the kind", () => {
  const conditions = JSON.stringify(definition.States["Next step"]);
  expect(conditions).not.toContain("kind");
});

test("the definition fits into what CreateStateMachine takes", () => {
  expect(Buffer.byteLength(JSON.stringify(definition))).toBeLessThan(1_048_576);
});

function broken(change: (states: Definition["States"]) => void): string[] {
  const copy = structuredClone(definition);
  change(copy.States);
  return problemsOf(copy, budget);
}

function withPlan(change: Partial<TaskState>): string[] {
  return broken((states) => {
    states.Plan = { ...(states.Plan as TaskState), ...change };
  });
}

test("the checker finds a state that nobody reaches", () => {
  const problems = broken((states) => {
    states.Lonely = { Type: "Succeed" };
  });
  expect(problems).toEqual(["Lonely is never reached"]);
});

test("the checker finds a loop without an end", () => {
  const problems = broken((states) => {
    states.Done = { Type: "Choice", Choices: [], Default: "Done" };
    states.Failed = { Type: "Choice", Choices: [], Default: "Done" };
  });
  expect(problems).toContain("Plan leads to no end");
});

test("the checker finds a task without time-out, retry or catch", () => {
  expect(withPlan({ TimeoutSeconds: 0, Retry: [], Catch: [] })).toEqual([
    "Plan has no time-out",
    "Plan is never tried again",
    "Plan does not catch everything",
  ]);
});

test("the checker finds a transition to nowhere", () => {
  expect(withPlan({ Next: "Nowhere" })).toEqual(["Plan goes to Nowhere, which does not exist"]);
});

test("the checker finds an error that nobody throws", () => {
  const caught = (definition.States.Plan as TaskState).Catch!;
  expect(withPlan({ Catch: [{ ErrorEquals: ["Tutti.Oops"], Next: "Done" }, ...caught] })).toEqual([
    "Tutti.Oops is not in the error table",
  ]);
});

test("the checker finds an undefined value", () => {
  expect(withPlan({ Comment: undefined })).toEqual(["definition.States.Plan.Comment is undefined"]);
});

test("the checker finds a worst case that does not fit", () => {
  expect(problemsOf({ ...definition, TimeoutSeconds: 3600 }, budget)).toHaveLength(1);
});
