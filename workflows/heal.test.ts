import validate from "asl-validator";
import { expect, test } from "vitest";
import { LONGEST_MEND_SECONDS, LOOK_SECONDS } from "#core/heal/messages.ts";
import { expectGolden } from "#test/support/golden-definition.ts";
import { problemsOf } from "./checker.ts";
import { healDefinition } from "./heal.ts";

const definition = healDefinition({
  driverArnPrefix: "arn:aws:lambda:us-east-1:000000000000:function:tutti-driver-",
});

test("the healing is the one in the golden file", () => {
  expectGolden("heal", definition);
});

test("asl-validator finds nothing wrong", () => {
  expect(validate(structuredClone(definition), { checkPaths: true, checkArn: true }).errors).toEqual([]);
});

test("every state is reachable and ends, every task has time-out, retry and catch, and the worst case fits", () => {
  const budget = {
    visits: (state: string) => (state === "Look" ? Math.ceil(LONGEST_MEND_SECONDS / LOOK_SECONDS) : 1),
    longestSeconds: () => LOOK_SECONDS,
  };
  expect(problemsOf(definition, budget)).toEqual([]);
});
