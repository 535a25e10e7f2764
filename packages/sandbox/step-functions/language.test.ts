import { expect, test } from "vitest";
import { createTrial, FunctionError } from "./trial.ts";

// biome-ignore lint/suspicious/noExplicitAny: definitions and inputs are whatever a case needs.
type Json = any;
const call = (name: string, more: object = {}) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: name, Payload: "{% $states.input %}" },
  Output: "{% $states.result.Payload %}",
  ...more,
});
const pass = (more: object) => ({ Type: "Pass", ...more });
const one = (state: object) => ({ StartAt: "A", States: { A: { End: true, ...state } } });
const succeed = (output: string) => ({ Type: "Succeed", Output: output });

const machines: [string, Json, Json, Json][] = [
  ["Pass hands its input on", one(pass({})), { x: 1 }, { x: 1 }],
  [
    "Output may mix expressions and literals",
    one(pass({ Output: { a: ["{% $states.input.x + 1 %}", "b"] } })),
    { x: 1 },
    { a: [2, "b"] },
  ],
  [
    "Assign reads the values from before, and Output too",
    {
      StartAt: "A",
      States: {
        A: pass({ Assign: { x: 1, y: 10 }, Next: "B" }),
        B: pass({ Assign: { x: "{% $y %}", y: "{% $x %}" }, Output: "{% [$x, $y] %}", Next: "C" }),
        C: succeed("{% {'before': $states.input, 'after': [$x, $y]} %}"),
      },
    },
    {},
    { before: [1, 10], after: [10, 1] },
  ],
  [
    "Choice takes the first rule that is true, with the rule's own Assign and Output",
    {
      StartAt: "A",
      States: {
        A: {
          Type: "Choice",
          Choices: [
            { Condition: "{% $states.input.n > 9 %}", Next: "B", Output: "many" },
            { Condition: "{% $states.input.n > 1 %}", Next: "B", Output: "some", Assign: { seen: true } },
          ],
          Default: "B",
          Output: "few",
        },
        B: succeed("{% [$states.input, $exists($seen)] %}"),
      },
    },
    { n: 5 },
    ["some", true],
  ],
  [
    "Choice falls back to Default with the state's Output",
    {
      StartAt: "A",
      States: {
        A: {
          Type: "Choice",
          Choices: [{ Condition: "{% false %}", Next: "B" }],
          Default: "B",
          Output: "few",
        },
        B: { Type: "Succeed" },
      },
    },
    {},
    "few",
  ],
  [
    "Parallel gives the outputs in the order of its branches",
    one({
      Type: "Parallel",
      Branches: [one(pass({ Output: "{% $states.input.x %}" })), one(pass({ Output: 2 }))].map((b, i) => ({
        StartAt: `B${i}`,
        States: { [`B${i}`]: b.States.A },
      })),
    }),
    { x: 1 },
    [1, 2],
  ],
  [
    "Map plays each item with what ItemSelector makes of it",
    one({
      Type: "Map",
      Items: "{% $states.input.list %}",
      ItemSelector: { i: "{% $states.context.Map.Item.Index %}", v: "{% $states.context.Map.Item.Value %}" },
      ItemProcessor: {
        StartAt: "B",
        States: { B: pass({ Output: "{% $states.input.i * 10 + $states.input.v %}", End: true }) },
      },
    }),
    { list: [5, 6] },
    [5, 16],
  ],
  [
    "Map over nothing gives nothing",
    one({ Type: "Map", Items: [], ItemProcessor: { StartAt: "B", States: { B: pass({ End: true }) } } }),
    {},
    [],
  ],
  [
    "a branch reads the variables around it and keeps its own to itself",
    {
      StartAt: "A",
      States: {
        A: pass({ Assign: { outer: 7 }, Next: "B" }),
        B: {
          Type: "Parallel",
          Branches: [
            {
              StartAt: "C",
              States: { C: pass({ Assign: { inner: 1 }, Output: "{% $outer %}", End: true }) },
            },
          ],
          Next: "D",
        },
        D: succeed("{% [$states.input[0], $exists($inner)] %}"),
      },
    },
    {},
    [7, false],
  ],
  ["a task's result is what Lambda answers", one(call("double")), { n: 4 }, { n: 8 }],
  [
    "the context names the execution and the state",
    one(
      pass({
        Output:
          "{% [$states.context.Execution.Input.a, $states.context.State.Name, $states.context.StateMachine.Name] %}",
      }),
    ),
    { a: "in" },
    ["in", "A", "trial"],
  ],
];

test.each(machines)("%s", async (_name, definition, input, output) => {
  const trial = createTrial({ functions: { double: ({ n }) => ({ n: n * 2 }) } });
  const { status, output: json, cause } = await trial.play(definition, input);
  expect({ status, cause, output: JSON.parse(json ?? "null") }).toEqual({
    status: "SUCCEEDED",
    cause: undefined,
    output,
  });
});

const failures: [string, Json, string][] = [
  [
    "Fail ends with its error",
    one({ Type: "Fail", Error: "{% 'Not' & 'Good' %}", Cause: "why", End: undefined }),
    "NotGood",
  ],
  [
    "an undefined value is an evaluation error",
    one(pass({ Output: "{% $states.input.nothing %}" })),
    "States.QueryEvaluationError",
  ],
  [
    "a Condition that is not a boolean is an evaluation error",
    {
      StartAt: "A",
      States: {
        A: { Type: "Choice", Choices: [{ Condition: "{% 1 %}", Next: "B" }], Default: "B" },
        B: { Type: "Succeed" },
      },
    },
    "States.QueryEvaluationError",
  ],
  [
    "no rule and no Default is its own error",
    {
      StartAt: "A",
      States: {
        A: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "B" }] },
        B: { Type: "Succeed" },
      },
    },
    "States.NoChoiceMatched",
  ],
  [
    "an output over 256 KiB cannot be caught by States.ALL",
    {
      StartAt: "A",
      States: {
        A: call("big", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }], Next: "B" }),
        B: { Type: "Succeed" },
      },
    },
    "States.DataLimitExceeded",
  ],
  ["a function's error type is the error's name", one(call("bad")), "Boom"],
  [
    "an endless loop ends at the limit of the history",
    { StartAt: "A", States: { A: pass({ Next: "B" }), B: pass({ Next: "A" }) } },
    "States.Runtime",
  ],
  [
    "Items that are no list are an evaluation error",
    one({
      Type: "Map",
      Items: "{% 5 %}",
      ItemProcessor: { StartAt: "B", States: { B: pass({ End: true }) } },
    }),
    "States.QueryEvaluationError",
  ],
];

test.each(failures)("%s", async (_name, definition, error) => {
  const functions = {
    big: () => "x".repeat(300_000),
    bad: () => {
      throw new FunctionError("Boom", "it broke");
    },
  };
  const execution = await createTrial({ functions }).play(definition);
  expect([execution.status, execution.error]).toEqual(["FAILED", error]);
});

test("an error inside a branch ends the others before the Parallel fails", async () => {
  const functions = {
    bad: () => {
      throw new FunctionError("Boom", "it broke");
    },
    hang: () => new Promise(() => {}),
  };
  const trial = createTrial({ functions });
  const branch = (name: string, state: object) => ({
    StartAt: name,
    States: { [name]: { End: true, ...state } },
  });
  const arn = await trial.begin(
    one({ Type: "Parallel", Branches: [branch("X", call("bad")), branch("Y", call("hang"))] }),
  );
  expect((await trial.end(arn)).error).toBe("Boom");
  expect((await trial.types(arn)).slice(-5)).toEqual([
    "TaskStarted",
    "TaskFailed",
    "TaskStateAborted",
    "ParallelStateFailed",
    "ExecutionFailed",
  ]);
});

test("a Map plays no more items at once than MaxConcurrency", async () => {
  let now = 0;
  let most = 0;
  const functions = {
    work: async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    },
  };
  const map = {
    Type: "Map",
    Items: "{% [1..12] %}",
    MaxConcurrency: 3,
    ItemProcessor: { StartAt: "B", States: { B: call("work", { End: true }) } },
  };
  expect((await createTrial({ functions }).play(one(map))).status).toBe("SUCCEEDED");
  expect(most).toBe(3);
});

test("a Map goes on while failures stay within what is tolerated", async () => {
  const functions = {
    odd: (n: number) => {
      if (n % 2 === 0) throw new FunctionError("Even", "even");
      return n;
    },
  };
  const map = (tolerated: object) =>
    one({
      Type: "Map",
      Items: [1, 2, 3, 4],
      ...tolerated,
      ItemProcessor: { StartAt: "B", States: { B: call("odd", { End: true }) } },
    });
  const trial = () => createTrial({ functions });
  expect((await trial().play(map({ ToleratedFailureCount: 2 }))).output).toBe("[1,null,3,null]");
  expect((await trial().play(map({ ToleratedFailurePercentage: 25 }))).error).toBe(
    "States.ExceedToleratedFailureThreshold",
  );
  expect((await trial().play(map({}))).error).toBe("Even");
});
