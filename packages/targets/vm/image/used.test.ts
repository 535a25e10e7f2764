import { expect, test } from "vitest";
import { NO_USAGE } from "#core/domain/cost.ts";
import { usageOf } from "./used.ts";

const START = Date.parse("2026-01-05T12:00:00Z");
const at = (seconds: number, type: string) => ({
  type: type as never,
  timestamp: new Date(START + seconds * 1000),
});

test("each task that was sent is a call, each state and each time that a task came back a transition", () => {
  const events = [
    at(0, "ExecutionStarted"),
    at(0, "TaskStateEntered"),
    at(0, "TaskScheduled"),
    at(1, "TaskStarted"),
    at(21, "TaskFailed"),
    at(22, "TaskScheduled"),
    at(23, "TaskStarted"),
    at(25, "TaskSucceeded"),
    at(25, "TaskStateExited"),
    at(25, "ChoiceStateEntered"),
    at(25, "SucceedStateEntered"),
    at(25, "ExecutionSucceeded"),
  ];
  expect(usageOf(events)).toEqual({
    ...NO_USAGE,
    stateTransitions: 4,
    lambdaCalls: 2,
    lambdaMilliseconds: 22_000,
    lambdaGibSeconds: 5.5,
  });
});
