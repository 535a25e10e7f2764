import { expect, test } from "vitest";
import { aStep } from "#test/support/a-deployment.ts";
import type { Hook, Hooks } from "../domain/hook.ts";
import type { PlannedStep, Step } from "../domain/step.ts";
import { withHooks } from "./hooks.ts";

const hook: Hook = {
  url: "https://ci.example.com/secret/path?key=1",
  timeoutSeconds: 30,
  attempts: 3,
  required: true,
};
const HOOKS: Hooks = {
  before: [hook],
  afterStep: [{ ...hook, name: "smoke" }],
  after: [{ ...hook, required: false }],
};
const batch = (label: string): PlannedStep => ({
  type: "batch",
  label,
  replicas: ["a"],
  action: "install",
  version: "v2",
});
const labels = (steps: PlannedStep[]) => steps.map((step) => step.label);
const keys = (steps: PlannedStep[]) => steps.flatMap((step) => step.hook?.key ?? []);

test("of an address only the host is shown, since a path may hold a secret", () => {
  expect(labels(withHooks([batch("one")], HOOKS))).toEqual([
    "Hook before: ci.example.com",
    "one",
    "Hook after the step: smoke",
    "Hook after: ci.example.com",
  ]);
});

test("approvals come first, preparing and baking are no steps to call behind, no plan stays no plan", () => {
  const approval: PlannedStep = { type: "approval", label: "Approval", replicas: [] };
  const prepare: PlannedStep = { type: "prepare", label: "Image", replicas: [] };
  const bake: PlannedStep = { type: "bake", label: "Bake", replicas: ["a"], seconds: 1 };
  const steps = withHooks([approval, prepare, batch("one"), bake], HOOKS);
  expect(steps.map((step) => step.type)).toEqual([
    "approval",
    "hook",
    "prepare",
    "batch",
    "hook",
    "bake",
    "hook",
  ]);
  expect(withHooks([], HOOKS)).toEqual([]);
});

function past(...steps: Partial<Step>[]) {
  return { changed: true, steps: steps.map((step, index) => aStep({ ...step, index })) };
}

const call = (
  key: string,
  phase: "before" | "afterStep" | "after",
  more: Partial<Step> = {},
): Partial<Step> => ({
  type: "hook",
  label: `Hook ${key}`,
  replicas: [],
  hook: { phase, position: 0, key },
  ...more,
});

test("made again, a plan owes what is behind the last step that was played, and calls nobody twice", () => {
  const so = past(
    call("before-0", "before", { status: "succeeded" }),
    { status: "succeeded" },
    call("step-0-0", "afterStep", { status: "running" }),
    { status: "pending", label: "two" },
    call("step-1-0", "afterStep"),
    call("after-0", "after"),
  );
  const again = withHooks([batch("two")], HOOKS, so);
  expect(keys(again)).toEqual(["step-0-0", "step-6-0", "after-0"]);
  expect(labels(again)[1]).toBe("two");
  const lastOne = withHooks([], HOOKS, so);
  expect(keys(lastOne)).toEqual(["step-0-0", "after-0"]);
});

test("what failed and is called again is another call; what was not required and failed is past", () => {
  const so = past(
    { status: "succeeded" },
    call("step-0-0", "afterStep", { status: "failed" }),
    call("step-0-1", "afterStep", { status: "failed", bestEffort: true }),
  );
  expect(keys(withHooks([], HOOKS, so))).toEqual(["step-0-0.2", "after-0"]);
});

test("a replica that was put back stands between a step and its hook", () => {
  const so = past(
    { status: "succeeded" },
    { status: "succeeded", bestEffort: true, label: "Put back" },
    call("step-0-0", "afterStep"),
  );
  expect(keys(withHooks([], HOOKS, so))).toEqual(["step-0-0", "after-0"]);
});

test("scaling and restarting call nobody", () => {
  expect(withHooks([batch("one")], HOOKS, { steps: [], changed: false, purpose: "scale" })).toEqual([
    batch("one"),
  ]);
});
