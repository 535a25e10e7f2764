// Hooks in a rollout as it runs: where they are called, what a failure of theirs does, and that neither a death nor an
// operator's word makes one be called in vain or lost.
import { afterEach, expect, test } from "vitest";
import type { Hook, Hooks } from "#core/domain/hook.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { HookResult } from "#engine/deps.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { openStage, type Stage, type StageOptions } from "#test/support/stage.ts";

let stage: Stage | undefined;

async function open(options?: StageOptions): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

function aHook(name: string, more: Partial<Hook> = {}): Hook {
  const rest = { timeoutSeconds: 30, attempts: 3, required: true };
  return { name, url: "https://ci.example.com/hook", ...rest, ...more };
}

function withHooks(hooks: Partial<Hooks>): Spec {
  return aSpec({ replicas: 2, hooks: { before: [], afterStep: [], after: [], ...hooks } });
}

const ALL = { before: [aHook("migrate")], afterStep: [aHook("smoke")], after: [aHook("announce")] };
const NO: HookResult = { outcome: "refused", detail: "answered 403", output: "" };
const NOT_NOW: HookResult = { outcome: "notNow", detail: "answered 503", output: "" };

function called({ hooks }: Stage): string[] {
  return hooks.calls.map(({ message }) => message.name);
}

test("hooks are called before, after each step and after, each with a key of its own", async () => {
  const { submit, ended, execution, hooks, transitions } = await open({ hosts: 2 });
  const { id } = await submit("v1", { spec: withHooks(ALL) });
  const done = await ended(id);
  expect(done.status).toBe("succeeded");
  expect(done.steps.map((step) => [step.type, step.status])).toEqual([
    ["hook", "succeeded"],
    ["batch", "succeeded"],
    ["hook", "succeeded"],
    ["batch", "succeeded"],
    ["hook", "succeeded"],
    ["hook", "succeeded"],
  ]);
  expect(
    hooks.calls.map(({ message }) => [message.name, message.idempotencyKey, message.step?.index]),
  ).toEqual([
    ["migrate", `${id}-before-0`, undefined],
    ["smoke", `${id}-step-0-0`, 1],
    ["smoke", `${id}-step-1-0`, 3],
    ["announce", `${id}-after-0`, undefined],
  ]);
  expect(hooks.calls[0]!.message).toMatchObject({
    phase: "before",
    deployment: id,
    app: "shop",
    environment: "prod",
    version: "v1",
    previousVersion: null,
    trigger: "api",
    attempt: 1,
  });
  // The record is closed before the execution has made its last transition.
  while ((await execution(`${id}-1`)) !== "ended") await new Promise((resolve) => setTimeout(resolve, 5));
  // Plan, Next step; 4 hooks and 2 batches, Finish and Done, as the receipt counts them.
  expect(transitions(`${id}-1`)).toBe(2 + 4 * 2 + 2 * 3 + 2);
  expect(done.cost.stateTransitions).toBe(transitions(`${id}-1`));
});

test("nothing to do calls nobody, and so does a count that is scaled", async () => {
  const { submit, ended, free, hooks } = await open({ hosts: 2 });
  await ended((await submit("v1", { spec: withHooks(ALL) })).id);
  await free();
  hooks.calls.length = 0;
  const again = await ended((await submit("v1", { spec: withHooks(ALL) })).id);
  await free();
  const spec = { ...withHooks(ALL), replicas: 1 };
  const scaled = await ended((await submit("v1", { spec, trigger: "scale", purpose: "scale" })).id);
  expect([again.status, scaled.status, called(stage!)]).toEqual(["succeeded", "succeeded", []]);
});

test("a hook before the start that says no keeps the deployment from beginning, even where a failure pauses", async () => {
  const { submit, ended, hooks, world, store } = await open({ hosts: 2 });
  hooks.answers.set("migrate", () => ({ ...NO, output: "table orders is locked" }));
  const { id } = await submit("v1", { spec: withHooks(ALL), rollout: { onFailure: "pause" } });
  const done = await ended(id);
  expect(done).toMatchObject({
    status: "rolled_back",
    reason: "Hook migrate: answered 403. Nothing had been changed.",
    changed: false,
  });
  expect(called(stage!)).toEqual(["migrate"]);
  expect([...world.hosts.values()].map((host) => host.version)).toEqual([null, null]);
  const events = await store.events.list(id);
  expect(events.filter((event) => event.type === "hook").map((event) => event.message)).toEqual([
    "migrate said: table orders is locked",
  ]);
});

test("a hook after a step that says no counts as a failure of the step: back to the release before", async () => {
  const { submit, ended, free, hooks, world } = await open({ hosts: 2 });
  await ended((await submit("v1", { spec: withHooks({}) })).id);
  await free();
  hooks.answers.set("smoke", () => NO);
  const done = await ended((await submit("v2", { spec: withHooks(ALL) })).id);
  expect(done).toMatchObject({
    status: "rolled_back",
    reason: "Went back to v1: hook smoke: answered 403.",
  });
  expect(called(stage!)).toEqual(["migrate", "smoke"]);
  expect([...world.hosts.values()].map((host) => host.version)).toEqual(["v1", "v1"]);
});

test("where a failure pauses, resuming calls the hook again under another key, and the rest follows", async () => {
  const { submit, ended, until, act, hooks } = await open({ hosts: 2 });
  hooks.answers.set("smoke", () => NO);
  const { id } = await submit("v1", { spec: withHooks(ALL), rollout: { onFailure: "pause" } });
  const held = await until(id, (deployment) => deployment.taskToken !== null);
  expect(held).toMatchObject({ status: "paused", reason: "Hook smoke: answered 403." });
  hooks.answers.clear();
  await act(id, "resume");
  expect((await ended(id)).status).toBe("succeeded");
  const keys = hooks.calls.map(({ message }) => message.idempotencyKey.slice(id.length + 1));
  expect(keys.slice(0, 3)).toEqual(["before-0", "step-0-0", "step-0-0.2"]);
  expect(called(stage!)).toEqual(["migrate", "smoke", "smoke", "smoke", "announce"]);
  expect(new Set(keys).size).toBe(5);
});

test("a hook after everything that says no acts as onFailure says", async () => {
  const { submit, ended, hooks } = await open({ hosts: 2 });
  hooks.answers.set("announce", () => NO);
  const done = await ended((await submit("v1", { spec: withHooks(ALL) })).id);
  expect(done).toMatchObject({
    status: "rolled_back",
    reason: "Removed again: hook announce: answered 403.",
  });
});

test("a hook that is not required is told and nothing more", async () => {
  const { submit, ended, hooks, store } = await open({ hosts: 2 });
  hooks.answers.set("announce", () => NO);
  const spec = withHooks({ after: [aHook("announce", { required: false })] });
  const { id } = await submit("v1", { spec });
  const done = await ended(id);
  expect([done.status, done.steps.at(-1)!.status]).toEqual(["succeeded", "failed"]);
  const failures = (await store.events.list(id)).filter((event) => event.type === "failure");
  expect(failures.map((event) => event.message)).toEqual([
    "Hook announce: answered 403. It is not required: the rollout goes on.",
  ]);
});

test("not now is asked again with the same key, as often as the hook says, and no more", async () => {
  const { submit, ended, hooks, free } = await open({ hosts: 2 });
  hooks.answers.set("migrate", ({ message }) =>
    message.attempt < 3 ? NOT_NOW : { ...NOT_NOW, outcome: "done" },
  );
  const spec = withHooks({ before: [aHook("migrate")] });
  const { id } = await submit("v1", { spec });
  expect((await ended(id)).status).toBe("succeeded");
  expect(hooks.calls.map(({ message }) => [message.attempt, message.idempotencyKey])).toEqual(
    [1, 2, 3].map((attempt) => [attempt, `${id}-before-0`]),
  );
  await free();
  hooks.calls.length = 0;
  hooks.answers.set("migrate", () => NOT_NOW);
  const never = await ended((await submit("v2", { spec })).id);
  expect([never.status, called(stage!).length]).toEqual(["rolled_back", 3]);
});

test("a hook that hangs is left when an operator aborts", async () => {
  const { submit, ended, until, act, hooks } = await open({ hosts: 2 });
  const { promise, resolve } = Promise.withResolvers<void>();
  hooks.answers.set("migrate", ({ signal }) => {
    signal.addEventListener("abort", () => resolve());
    return promise.then(() => NOT_NOW);
  });
  const { id } = await submit("v1", { spec: withHooks(ALL) });
  await until(id, (deployment) => deployment.steps[0]?.status === "running");
  await act(id, "abort");
  const done = await ended(id);
  expect(done).toMatchObject({ status: "cancelled", reason: "Aborted by ann. Nothing had been changed." });
  await promise;
  expect(called(stage!)).toEqual(["migrate"]);
});

test.each(["fails", "losesAnswer", "runsTwice"] as const)(
  "a function that calls hooks and %s: none is lost, none is called more often than it says",
  async (how) => {
    const { submit, ended, mishaps, hooks } = await open({ hosts: 2 });
    mishaps.push({ verb: "hook", times: 3, how });
    const { id } = await submit("v1", { spec: withHooks(ALL) });
    const done = await ended(id);
    expect(done.status).toBe("succeeded");
    const keys = hooks.calls.map(({ message }) => message.idempotencyKey.slice(id.length + 1));
    expect([...new Set(keys)]).toEqual(["before-0", "step-0-0", "step-1-0", "after-0"]);
    expect(keys.length).toBe(4);
  },
);

test("an execution that is stopped behind a step still calls the hooks that are owed for it, once", async () => {
  const { submit, ended, stop, sweep, until, hooks, invocations, hold } = await open({ hosts: 2 });
  const spec = withHooks({ ...ALL, before: [] });
  const release = hold("hook");
  const { id } = await submit("v1", { spec });
  await until(id, () => invocations.includes("hook"));
  await stop(`${id}-1`);
  await sweep();
  release();
  const done = await ended(id);
  expect(done.status).toBe("succeeded");
  const keys = hooks.calls.map(({ message }) => message.idempotencyKey.slice(id.length + 1));
  expect(keys.filter((key) => key === "step-0-0")).toHaveLength(1);
  expect(called(stage!)).toEqual(["smoke", "smoke", "announce"]);
});

test("an approval is asked for before anybody is called", async () => {
  const { submit, until, act, ended, hooks } = await open({ hosts: 2 });
  const { id } = await submit("v1", { spec: withHooks(ALL), rollout: { approval: "before" } });
  await until(id, (deployment) => deployment.taskToken !== null);
  expect(hooks.calls).toEqual([]);
  await act(id, "approve");
  expect((await ended(id)).status).toBe("succeeded");
  expect(called(stage!)).toEqual(["migrate", "smoke", "smoke", "announce"]);
});

test("a bake behind a hook still watches the copies of the step before it", async () => {
  const { submit, ended } = await open({ hosts: 2 });
  const done = await ended((await submit("v1", { spec: withHooks(ALL), rollout: { bakeSeconds: 1 } })).id);
  expect(done.status).toBe("succeeded");
  expect(done.steps.map((step) => [step.type, step.replicas])).toEqual([
    ["hook", []],
    ["batch", ["host-1"]],
    ["hook", []],
    ["bake", ["host-1"]],
    ["batch", ["host-2"]],
    ["hook", []],
    ["bake", ["host-2"]],
    ["hook", []],
  ]);
});
