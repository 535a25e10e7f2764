import validate from "asl-validator";
import { expect, test } from "vitest";
import { MOST_SENDS } from "#core/rollout/limits.ts";
import { expectGolden } from "#test/support/golden-definition.ts";
import type { TaskState } from "./asl.ts";
import { type Budget, problemsOf } from "./checker.ts";
import { imageDefinition } from "./image.ts";

const definition = imageDefinition({
  functionArn: "arn:aws:lambda:us-east-1:000000000000:function:tutti-image",
});

/** What waits is a retry; only a script that its agent lost is sent again, and then watched again. */
const SENT = ["Install", "Watch the install", "Check the app", "Watch the check"];
const budget: Budget = {
  visits: (state) => (SENT.includes(state) ? MOST_SENDS : 1),
  longestSeconds: () => 0,
};

test("the image workflow is the one in the golden file", () => {
  expectGolden("image", definition);
});

test("asl-validator finds nothing wrong with it", () => {
  expect(validate(structuredClone(definition), { checkPaths: true, checkArn: true }).errors).toEqual([]);
});

test("every state is reachable and ends, every task has time-out, retry and catch, and the worst case fits", () => {
  expect(problemsOf(definition, budget)).toEqual([]);
});

test("whatever fails, the next state cleans up", () => {
  const tasks = Object.entries(definition.States).filter(([, state]) => state.Type === "Task");
  for (const [name, state] of tasks)
    if (name !== "Clean up")
      expect((state as TaskState).Catch?.at(-1)).toMatchObject({
        ErrorEquals: ["States.ALL"],
        Next: "Clean up",
      });
});

test("the way to every end leads through the clean-up", () => {
  const before = Object.entries(definition.States)
    .filter(([, state]) => /"(Next|Default)":"(Done|Failed)"/.test(JSON.stringify(state)))
    .map(([name]) => name);
  expect(before.sort()).toEqual(["Clean up", "How did it go?"]);
});
