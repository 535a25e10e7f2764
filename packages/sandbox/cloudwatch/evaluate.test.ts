// The tables of the CloudWatch user guide, "How alarm state is evaluated when data is missing": each row a run of
// datapoints, the newest last (0 within the threshold, X beyond it, - missing), and the state for each treatment.
import { expect, test } from "vitest";
import { evaluate, type Point } from "./evaluate.ts";

const TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"];

function points(row: string): (Point | undefined)[] {
  const value = { "0": 0, X: 9 } as Record<string, number>;
  return row
    .split(" ")
    .map((sign, at) => (sign === "-" ? undefined : { at: new Date(at * 60_000), value: value[sign]! }));
}

function states(row: string, needed: number, asked: number): string[] {
  return TREATMENTS.map((TreatMissingData) => {
    const definition = {
      ...{ EvaluationPeriods: asked, DatapointsToAlarm: needed, Threshold: 5, TreatMissingData },
      ComparisonOperator: "GreaterThanThreshold" as const,
    };
    return evaluate(definition, points(row))?.state ?? "as it is";
  });
}

test("three of three datapoints", () => {
  expect(states("0 - X - X", 3, 3)).toEqual(["OK", "OK", "OK", "OK"]);
  expect(states("- - - - 0", 3, 3)).toEqual(["OK", "OK", "OK", "OK"]);
  expect(states("- - - - -", 3, 3)).toEqual(["INSUFFICIENT_DATA", "as it is", "ALARM", "OK"]);
  expect(states("0 X X - X", 3, 3)).toEqual(["ALARM", "ALARM", "ALARM", "ALARM"]);
  expect(states("- - X - -", 3, 3)).toEqual(["ALARM", "as it is", "ALARM", "OK"]);
});

test("two of three datapoints", () => {
  expect(states("0 - X - X", 2, 3)).toEqual(["ALARM", "ALARM", "ALARM", "ALARM"]);
  expect(states("0 0 X 0 X", 2, 3)).toEqual(["ALARM", "ALARM", "ALARM", "ALARM"]);
  expect(states("0 - X - -", 2, 3)).toEqual(["OK", "OK", "ALARM", "OK"]);
  expect(states("- - - - 0", 2, 3)).toEqual(["OK", "OK", "ALARM", "OK"]);
  expect(states("- - - X -", 2, 3)).toEqual(["ALARM", "as it is", "ALARM", "OK"]);
});

test("one breaching datapoint that has just come in is no alarm before its time", () => {
  expect(states("- - - - X", 3, 3)).toEqual(["as it is", "as it is", "ALARM", "OK"]);
});

test("the reason names the datapoints with their times, and the threshold", () => {
  const definition = { Threshold: 5, EvaluationPeriods: 2 };
  const above = { ...definition, ComparisonOperator: "GreaterThanThreshold" as const };
  const at = (minute: number, value: number) => ({ at: new Date(Date.UTC(2026, 10, 26, 1, minute)), value });
  expect(evaluate(above, [at(20, 6), at(21, 7)])?.reason).toBe(
    "Threshold Crossed: 2 out of the last 2 datapoints [7.0 (26/11/26 01:21:00), 6.0 (26/11/26 01:20:00)] were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).",
  );
  expect(evaluate(above, [undefined, undefined])?.reason).toBe(
    "Insufficient Data: 2 datapoints were unknown.",
  );
  const below = { ...definition, ComparisonOperator: "LessThanThreshold" as const };
  expect(evaluate(below, [at(20, 4), at(21, 5)])?.state).toBe("OK");
});
