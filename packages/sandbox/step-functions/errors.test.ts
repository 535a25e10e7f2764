import { expect, test } from "vitest";
import { AwsError } from "../platform.ts";
import { matches } from "./language/errors.ts";
import { nextAttempt } from "./language/retry.ts";
import { createTrial, FunctionError, settle } from "./trial.ts";

const task = (more: object) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: "f", Payload: { retry: "{% $states.context.State.RetryCount %}" } },
  ...more,
});
const machine = (more: object) => ({
  StartAt: "A",
  States: {
    A: task({ Next: "Z", ...more }),
    ...("Catch" in more ? { C: { Type: "Pass", Next: "Z" } } : {}),
    Z: { Type: "Succeed" },
  },
});
const boom = () => {
  throw new FunctionError("Boom", "it broke");
};

test.each([
  [["States.ALL"], "Boom", true],
  [["States.ALL"], "States.DataLimitExceeded", false],
  [["States.ALL"], "States.Runtime", false],
  [["States.Runtime"], "States.Runtime", false],
  [["States.DataLimitExceeded"], "States.DataLimitExceeded", true],
  [["States.TaskFailed"], "Boom", true],
  [["States.TaskFailed"], "States.Timeout", false],
  [["States.Timeout"], "States.HeartbeatTimeout", true],
  [["States.HeartbeatTimeout"], "States.Timeout", false],
])("%j takes %s: %s", (names, error, taken) => {
  expect(matches(names, error)).toBe(taken);
});

test("delays grow by the back-off rate up to the most that is allowed, and jitter shrinks them", () => {
  const retrier = {
    ErrorEquals: ["States.ALL"],
    IntervalSeconds: 2,
    BackoffRate: 3,
    MaxDelaySeconds: 10,
    MaxAttempts: 3,
  };
  const delays = [0, 1, 2, 3].map(
    (count) => nextAttempt([retrier], [count], "Boom", () => 0.5)?.delaySeconds,
  );
  expect(delays).toEqual([2, 6, 10, undefined]);
  const jittered = nextAttempt([{ ...retrier, JitterStrategy: "FULL" }], [0], "Boom", () => 0.5);
  expect(jittered?.delaySeconds).toBe(1);
});

test("each retrier counts its own attempts, and the state sees how often it was retried", async () => {
  const seen: number[] = [];
  const f = ({ retry }: { retry: number }) => {
    seen.push(retry);
    if (seen.length < 4) throw new FunctionError(seen.length === 2 ? "Other" : "Boom", "");
    return "ok";
  };
  const Retry = [
    { ErrorEquals: ["Boom"], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 2 },
    { ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 },
  ];
  const trial = createTrial({ functions: { f }, timeScale: 2 });
  const before = trial.timers.now();
  const arn = await trial.begin(machine({ Retry }));
  expect((await trial.end(arn)).status).toBe("SUCCEEDED");
  expect(seen).toEqual([0, 1, 2, 3]);
  expect(trial.timers.now() - before).toBe((10 + 1 + 20) * 500);
  expect(trial.service.transitionsOf(arn)).toBe(2 + 3);
});

test("Catch gets the error and its cause, and may assign and shape its output", async () => {
  const Catch = [
    { ErrorEquals: ["Other"], Next: "Z" },
    {
      ErrorEquals: ["States.ALL"],
      Next: "C",
      Assign: { why: "{% $states.errorOutput.Error %}" },
      Output: "{% $states.errorOutput.Cause %}",
    },
  ];
  const { output } = await createTrial({ functions: { f: boom } }).play(machine({ Catch }));
  expect(JSON.parse(JSON.parse(output))).toEqual({ errorType: "Boom", errorMessage: "it broke" });
});

test("what a service refuses is named as AWS names it", async () => {
  const refusing = (code: string) =>
    createTrial({ functions: { f: () => Promise.reject(new AwsError(code, "no")) } });
  const error = async (code: string) => (await refusing(code).play(machine({}))).error;
  expect(await error("TooManyRequestsException")).toBe("Lambda.TooManyRequestsException");
  expect(await error("ResourceNotFoundException")).toBe("Lambda.ResourceNotFoundException");
  expect(await error("AccessDeniedException")).toBe("Lambda.AWSLambdaException");
});

test("an ordinary task times out in real time, whatever the time scale", async () => {
  const trial = createTrial({ functions: { f: () => new Promise(() => {}) }, timeScale: 10 });
  const arn = await trial.begin(
    machine({ TimeoutSeconds: "{% 5 %}", Catch: [{ ErrorEquals: ["States.Timeout"], Next: "C" }] }),
  );
  await settle();
  trial.timers.advance(4_999);
  await settle();
  expect((await trial.send("DescribeExecution", { executionArn: arn })).status).toBe("RUNNING");
  trial.timers.advance(1);
  expect((await trial.end(arn)).status).toBe("SUCCEEDED");
  expect(await trial.types(arn)).toContain("TaskTimedOut");
});

test("the machine's own time-out ends it, and nothing inside catches that", async () => {
  const trial = createTrial({ functions: { f: () => new Promise(() => {}) } });
  const Catch = [{ ErrorEquals: ["States.ALL"], Next: "C" }];
  const execution = await trial.play({ TimeoutSeconds: 60, ...machine({ Catch }) });
  expect(execution.status).toBe("TIMED_OUT");
  expect(trial.emitted.map((detail) => detail.status)).toEqual(["RUNNING", "TIMED_OUT"]);
});

test("a failed expression in Arguments can be caught, and history tells where it was", async () => {
  const trial = createTrial();
  const Catch = [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "C" }];
  const arn = await trial.begin(
    machine({ Arguments: { FunctionName: "{% $states.input.nothing %}" }, Catch }),
  );
  expect((await trial.end(arn)).status).toBe("SUCCEEDED");
  const event = (await trial.history(arn)).find((one) => one.type === "EvaluationFailed");
  expect(event.evaluationFailedEventDetails).toMatchObject({
    location: "Arguments/FunctionName",
    state: "A",
  });
});
