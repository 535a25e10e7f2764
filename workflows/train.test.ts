import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import validate from "asl-validator";
import { expect, test } from "vitest";
import { MAX_TRAIN_ROUNDS, TRAIN_SLICE_SECONDS } from "#core/train/messages.ts";
import { problemsOf } from "./checker.ts";
import { trainDefinition } from "./train.ts";

const GOLDEN = new URL("../test/golden/train.asl.json", import.meta.url);

const definition = trainDefinition({
  functionArn: "arn:aws:lambda:us-east-1:000000000000:function:tutti-train",
  trainArn: "arn:aws:states:us-east-1:000000000000:stateMachine:tutti-trains",
});

test("the train is the one in the golden file", () => {
  const text = `${JSON.stringify(definition, null, 2)}\n`;
  if (process.env.GOLDEN === "write") {
    mkdirSync(new URL(".", GOLDEN), { recursive: true });
    writeFileSync(GOLDEN, text);
  }
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
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
