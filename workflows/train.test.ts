import validate from "asl-validator";
import { expect, test } from "vitest";
import { MAX_TRAIN_ROUNDS, TRAIN_SLICE_SECONDS } from "#core/train/messages.ts";
import { expectGolden } from "#test/support/golden-definition.ts";
import { problemsOf } from "./checker.ts";
import { trainDefinition } from "./train.ts";

const definition = trainDefinition({
  functionArn: "arn:aws:lambda:us-east-1:000000000000:function:tutti-train",
  trainArn: "arn:aws:states:us-east-1:000000000000:stateMachine:tutti-trains",
});

test("the train is the one in the golden file", () => {
  expectGolden("train", definition);
});

test("asl-validator finds nothing wrong", () => {
  expect(validate(structuredClone(definition), { checkPaths: true, checkArn: true }).errors).toEqual([]);
});

test("every state is reachable and ends, every task has time-out, retry and catch, and the worst case fits", () => {
  const budget = {
    visits: (state: string) => (state === "Drive" ? MAX_TRAIN_ROUNDS : 1),
    longestSeconds: () => TRAIN_SLICE_SECONDS,
  };
  expect(problemsOf(definition, budget)).toEqual([]);
});
