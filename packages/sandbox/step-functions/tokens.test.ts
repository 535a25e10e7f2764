import { expect, test } from "vitest";
import { createTrial, settle, type Trial, type TrialFunction } from "./trial.ts";

const machine = (more: object = {}) => ({
  StartAt: "T",
  States: {
    T: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Arguments: { FunctionName: "f", Payload: { token: "{% $states.context.Task.Token %}" } },
      TimeoutSeconds: 30,
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Z", Output: "{% $states.errorOutput.Error %}" }],
      Next: "Z",
      ...more,
    },
    Z: { Type: "Succeed" },
  },
});

function holding(timeScale = 1): { trial: Trial; tokens: string[]; f: TrialFunction } {
  const tokens: string[] = [];
  const f = ({ token }: { token: string }) => void tokens.push(token);
  return { trial: createTrial({ functions: { f }, timeScale }), tokens, f };
}

const error = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (refused) => refused.code,
  );

test("the task ends with the output that is sent with its token", async () => {
  const { trial, tokens } = holding();
  const arn = await trial.begin(machine());
  await settle();
  await trial.send("SendTaskSuccess", { taskToken: tokens[0], output: '{"go":true}' });
  expect((await trial.end(arn)).output).toBe('{"go":true}');
  expect((await trial.types(arn)).slice(2, 6)).toEqual([
    "TaskScheduled",
    "TaskStarted",
    "TaskSubmitted",
    "TaskSucceeded",
  ]);
});

test("a failure sent with the token is the task's error", async () => {
  const { trial, tokens } = holding();
  const arn = await trial.begin(machine());
  await settle();
  await trial.send("SendTaskFailure", { taskToken: tokens[0], error: "Nope", cause: "because" });
  expect((await trial.end(arn)).output).toBe('"Nope"');
});

test("the wait is divided by the time scale and then times out", async () => {
  const { trial } = holding(10);
  const before = trial.timers.now();
  expect((await trial.play(machine())).output).toBe('"States.Timeout"');
  expect(trial.timers.now() - before).toBe(3_000);
});

test("heartbeats keep the task; one that does not come ends it", async () => {
  const { trial, tokens } = holding();
  const arn = await trial.begin(machine({ HeartbeatSeconds: 10 }));
  await settle();
  trial.timers.advance(9_000);
  await trial.send("SendTaskHeartbeat", { taskToken: tokens[0] });
  trial.timers.advance(9_000);
  await settle();
  expect((await trial.send("DescribeExecution", { executionArn: arn })).status).toBe("RUNNING");
  trial.timers.advance(1_000);
  expect((await trial.end(arn)).output).toBe('"States.HeartbeatTimeout"');
});

test("tokens that are used, late, unknown or no tokens at all are told apart", async () => {
  const { trial, tokens } = holding();
  const arn = await trial.begin(machine());
  await settle();
  const send = (taskToken: unknown) => error(trial.send("SendTaskSuccess", { taskToken, output: "1" }));
  expect(await send(tokens[0])).toBe("accepted");
  expect(await send(tokens[0])).toBe("TaskTimedOut");
  await trial.end(arn);
  expect(await send(tokens[0])).toBe("TaskTimedOut");
  expect(await send(Buffer.from('["arn:unknown","1"]').toString("base64url"))).toBe("TaskDoesNotExist");
  expect(await send("nonsense")).toBe("InvalidToken");
  expect(await error(trial.send("SendTaskSuccess", { taskToken: tokens[0], output: "{" }))).toBe(
    "InvalidOutput",
  );
});

test("an answer that comes before the call has returned is not lost", async () => {
  const trial: Trial = createTrial({
    functions: { f: ({ token }) => trial.send("SendTaskSuccess", { taskToken: token, output: '"early"' }) },
  });
  expect((await trial.play(machine())).output).toBe('"early"');
});

test("after a crash a waiting task keeps its token and its deadline, and is not called again", async () => {
  const { trial, tokens, f } = holding();
  const arn = await trial.begin(machine());
  await settle();
  trial.timers.advance(20_000);
  const next = await trial.crash({ f });
  await settle();
  expect(tokens).toHaveLength(1);
  next.timers.advance(9_999);
  await settle();
  expect((await next.send("DescribeExecution", { executionArn: arn })).status).toBe("RUNNING");
  next.timers.advance(1);
  expect((await next.end(arn)).output).toBe('"States.Timeout"');
});

test("after a crash the old token is still answered, and an answer taken before it still counts", async () => {
  const first = holding();
  const arn = await first.trial.begin(machine());
  await settle();
  const second = await first.trial.crash();
  await settle();
  await second.send("SendTaskSuccess", { taskToken: first.tokens[0], output: "7" });
  const third = await second.crash();
  expect((await third.end(arn)).output).toBe("7");
  expect(first.tokens).toHaveLength(1);
});
