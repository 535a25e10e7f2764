import { expect, test } from "vitest";
import { createTrial, settle } from "./trial.ts";

const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 100, End: true } } };
const quick = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
const error = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (refused) => refused.code,
  );

test("the same name and input is the same execution while it runs; afterwards the name stays taken", async () => {
  const trial = createTrial();
  const first = await trial.begin(wait, { x: 1 }, "one");
  expect(await trial.begin(wait, { x: 1 }, "one")).toBe(first);
  expect(await error(trial.begin(wait, { x: 2 }, "one"))).toBe("ExecutionAlreadyExists");
  await trial.end(first);
  expect(await error(trial.begin(wait, { x: 1 }, "one"))).toBe("ExecutionAlreadyExists");
});

test("a state machine of the same name is the same only with the same definition", async () => {
  const trial = createTrial();
  await trial.begin(wait);
  await trial.begin(wait);
  expect(await error(trial.begin(quick))).toBe("StateMachineAlreadyExists");
});

test("Wait is divided by the time scale, and waits until a timestamp too", async () => {
  const trial = createTrial({ timeScale: 10 });
  const before = trial.timers.now();
  await trial.play(wait);
  expect(trial.timers.now() - before).toBe(10_000);
  const until = {
    StartAt: "W",
    States: { W: { Type: "Wait", Timestamp: "{% $states.input.at %}", End: true } },
  };
  const other = createTrial();
  await other.play(until, { at: new Date(other.timers.now() + 5_000).toISOString() });
  expect(other.timers.now() - before).toBe(5_000);
});

test("StopExecution aborts at once, with the error that was given", async () => {
  const trial = createTrial();
  const executionArn = await trial.begin(wait);
  await settle();
  await trial.send("StopExecution", { executionArn, error: "Enough", cause: "asked to" });
  const execution = await trial.send("DescribeExecution", { executionArn });
  expect([execution.status, execution.error, execution.cause]).toEqual(["ABORTED", "Enough", "asked to"]);
  expect(await trial.types(executionArn)).toEqual([
    "ExecutionStarted",
    "WaitStateEntered",
    "WaitStateAborted",
    "ExecutionAborted",
  ]);
});

test("lists are newest first, filtered by status and paged", async () => {
  const trial = createTrial();
  for (const name of ["a", "b", "c"]) {
    await trial.begin(wait, {}, name);
    trial.timers.advance(1);
  }
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:trial";
  const running = await trial.send("ListExecutions", {
    stateMachineArn,
    statusFilter: "RUNNING",
    maxResults: 2,
  });
  expect(running.executions.map((one: { name: string }) => one.name)).toEqual(["c", "b"]);
  const rest = await trial.send("ListExecutions", {
    stateMachineArn,
    nextToken: running.nextToken,
    maxResults: 2,
  });
  expect(rest.executions.map((one: { name: string }) => one.name)).toEqual(["a"]);
});

test("history tells every event with the one before it, forwards and backwards", async () => {
  const trial = createTrial({ functions: { f: () => 1 } });
  const arn = await trial.begin({
    StartAt: "T",
    States: {
      T: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: { FunctionName: "f" },
        End: true,
      },
    },
  });
  await trial.end(arn);
  const events = await trial.history(arn);
  expect(events.map((one) => [one.id, one.previousEventId, one.type])).toEqual([
    [1, 0, "ExecutionStarted"],
    [2, 1, "TaskStateEntered"],
    [3, 2, "TaskScheduled"],
    [4, 3, "TaskStarted"],
    [5, 4, "TaskSucceeded"],
    [6, 5, "TaskStateExited"],
    [7, 6, "ExecutionSucceeded"],
  ]);
  expect(events[2].taskScheduledEventDetails).toMatchObject({
    resourceType: "lambda",
    resource: "invoke",
    parameters: '{"FunctionName":"f"}',
  });
  const page = await trial.send("GetExecutionHistory", {
    executionArn: arn,
    reverseOrder: true,
    maxResults: 2,
  });
  expect(page.events.map((one: { id: number }) => one.id)).toEqual([7, 6]);
});

test("a function named directly is told in Lambda's own events and gives its payload alone", async () => {
  const trial = createTrial({
    functions: { "arn:aws:lambda:us-east-1:000000000000:function:f": (x) => x.n },
  });
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const arn = await trial.begin(
    { StartAt: "T", States: { T: { Type: "Task", Resource, End: true } } },
    { n: 3 },
  );
  expect((await trial.end(arn)).output).toBe("3");
  expect((await trial.types(arn)).slice(2, 5)).toEqual([
    "LambdaFunctionScheduled",
    "LambdaFunctionStarted",
    "LambdaFunctionSucceeded",
  ]);
});

test("only the latest 500 ended executions are kept, and older names stay taken", async () => {
  const trial = createTrial();
  const first = await trial.begin(quick, {}, "first");
  await trial.end(first);
  for (let count = 0; count < 500; count++) await trial.begin(quick);
  await settle();
  await settle();
  expect(await error(trial.send("DescribeExecution", { executionArn: first }))).toBe("ExecutionDoesNotExist");
  expect(await error(trial.begin(quick, {}, "first"))).toBe("ExecutionAlreadyExists");
});

test("deleting a state machine lets its executions end and then forgets it", async () => {
  const trial = createTrial();
  const arn = await trial.begin(wait);
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:trial";
  await trial.send("DeleteStateMachine", { stateMachineArn });
  expect(await error(trial.send("StartExecution", { stateMachineArn }))).toBe("StateMachineDeleting");
  await settle();
  trial.timers.advanceToNext();
  await settle();
  expect(await error(trial.send("DescribeExecution", { executionArn: arn }))).toBe("ExecutionDoesNotExist");
  expect(await error(trial.send("DescribeStateMachine", { stateMachineArn }))).toBe(
    "StateMachineDoesNotExist",
  );
});
