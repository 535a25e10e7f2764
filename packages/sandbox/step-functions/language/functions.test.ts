import { expect, test } from "vitest";
import { evaluate } from "./expressions.ts";

test.each<[string, unknown]>([
  ["$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]],
  ["$partition(7, 2)", [[7]]],
  ["$range(0, 10, 5)", [0, 5, 10]],
  ["$range(3, 1, -1)", [3, 2, 1]],
  ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
  ["$random(5) = $random(5)", true],
  ["$random() < 1 and $random() >= 0", true],
  ["$length($uuid())", 36],
  ["$parse('{\"a\":[1]}').a[0]", 1],
])("%s", async (expression, value) => {
  expect(await evaluate(`{% ${expression} %}`, {}, "Output")).toEqual(value);
});

test.each([
  "$eval('1')",
  "$partition([1], 0)",
  "$range(1, 2, 0)",
  "$range(1, 5000, 1)",
  "$hash('a', 'CRC')",
  "$parse('{')",
  "$length",
])("%s is an evaluation error", async (expression) => {
  await expect(evaluate(`{% ${expression} %}`, {}, "Output")).rejects.toMatchObject({
    error: "States.QueryEvaluationError",
  });
});
