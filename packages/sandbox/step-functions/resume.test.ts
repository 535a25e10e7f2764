import { expect, test } from "vitest";
import { replay } from "./replay.ts";
import { createTrial, FunctionError, settle } from "./trial.ts";

const call = (name: string, more: object) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: name, Payload: "{% $states.input %}" },
  Output: "{% $states.result.Payload %}",
  ...more,
});
const hang = () => new Promise(() => {});

test("the state under way is played again, with its input and the variables of before", async () => {
  const trial = createTrial({ functions: { f: hang } });
  const arn = await trial.begin({
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { kept: 5 }, Output: { from: "A" }, Next: "B" },
      B: call("f", {
        Output: "{% {'in': $states.input, 'kept': $kept, 'out': $states.result.Payload} %}",
        End: true,
      }),
    },
  });
  await settle();
  const next = await trial.crash({ f: () => "answered" });
  expect(JSON.parse((await next.end(arn)).output)).toEqual({ in: { from: "A" }, kept: 5, out: "answered" });
  expect((await next.types(arn)).filter((type) => type === "PassStateEntered")).toHaveLength(1);
  expect(next.service.transitionsOf(arn)).toBe(2);
});

test("a Wait goes on for the rest of its time only", async () => {
  const trial = createTrial();
  const arn = await trial.begin({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } });
  await settle();
  trial.timers.advance(50_000);
  const next = await trial.crash();
  await settle();
  next.timers.advance(9_999);
  await settle();
  expect((await next.send("DescribeExecution", { executionArn: arn })).status).toBe("RUNNING");
  next.timers.advance(1);
  await settle();
  expect((await next.send("DescribeExecution", { executionArn: arn })).status).toBe("SUCCEEDED");
});

test("items of a Map that were done are not done again", async () => {
  const played: number[] = [];
  const f = (n: number) => {
    played.push(n);
    return n === 2 && played.length <= 3 ? hang() : n * 10;
  };
  const trial = createTrial({ functions: { f } });
  const arn = await trial.begin({
    StartAt: "M",
    States: {
      M: {
        Type: "Map",
        Items: [1, 2, 3],
        ItemProcessor: { StartAt: "T", States: { T: call("f", { End: true }) } },
        End: true,
      },
    },
  });
  await settle();
  const next = await trial.crash();
  expect((await next.end(arn)).output).toBe("[10,20,30]");
  expect(played).toEqual([1, 2, 3, 2]);
});

test("attempts that were used before the crash stay used", async () => {
  let calls = 0;
  const f = () => {
    calls++;
    throw new FunctionError("Boom", "");
  };
  const Retry = [{ ErrorEquals: ["Boom"], IntervalSeconds: 10, MaxAttempts: 1 }];
  const trial = createTrial({ functions: { f } });
  const arn = await trial.begin({ StartAt: "A", States: { A: call("f", { Retry, End: true }) } });
  await settle();
  const next = await trial.crash();
  expect((await next.end(arn)).error).toBe("Boom");
  expect(calls).toBe(2);
});

test("an execution whose time was over while nobody ran ends as timed out", async () => {
  const trial = createTrial({ functions: { f: hang } });
  const arn = await trial.begin({
    TimeoutSeconds: 10,
    StartAt: "A",
    States: { A: call("f", { End: true }) },
  });
  await settle();
  trial.timers.advance(5_000);
  const next = await trial.crash();
  next.timers.advance(5_000);
  expect((await next.end(arn)).status).toBe("TIMED_OUT");
});

test("ended executions, their history and their names are there again", async () => {
  const trial = createTrial();
  const quick = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const arn = await trial.begin(quick, { x: 1 }, "one");
  await trial.end(arn);
  const next = await trial.crash();
  expect((await next.send("DescribeExecution", { executionArn: arn })).output).toBe('{"x":1}');
  expect(await next.types(arn)).toHaveLength(4);
  await expect(next.begin(quick, { x: 1 }, "one")).rejects.toMatchObject({ code: "ExecutionAlreadyExists" });
});

test("a journal without its first line is nothing that could be carried on", () => {
  expect(replay([])).toBeUndefined();
  expect(replay([{ kind: "wait", path: "", untilMs: 1 }])).toBeUndefined();
});
