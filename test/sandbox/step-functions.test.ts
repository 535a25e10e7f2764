// Step Functions as the SDK client sees it, with real functions behind the tasks.
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, refusal, runSandbox } from "./running-sandbox.ts";

let aws: RunningSandbox;
let roleArn: string;
shared(
  async () => {
    aws = await runSandbox();
    const plain = await aws.role("plain");
    roleArn = await aws.role("conducts", [
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: ["arn:aws:lambda:us-east-1:000000000000:function:plays*"],
      },
    ]);
    const source = `let token;
    export const handler = async (event) => {
      if (event.fail) throw Object.assign(new Error("it broke"), { name: "Boom" });
      if (event.token) token = event.token;
      return event.ask ? token : { doubled: event.n * 2 };
    };`;
    await aws.function("plays", plain, source);
    await aws.function("forbidden", plain, source);
  },
  () => aws.stop(),
);

const task = (FunctionName: string, Payload: unknown, more: object = {}) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName, Payload },
  End: true,
  ...more,
});

async function machine(name: string, A: object): Promise<string> {
  const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "A", States: { A } });
  const made = await aws.sfn.send(new CreateStateMachineCommand({ name, roleArn, definition }));
  return made.stateMachineArn as string;
}

const start = async (stateMachineArn: string, input: unknown = {}) => {
  const started = await aws.sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return started.executionArn as string;
};

async function end(executionArn: string) {
  for (;;) {
    const execution = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== "RUNNING") return execution;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("an execution invokes functions and tells its history", async () => {
  const arn = await machine("doubles", task("plays", "{% $states.input %}"));
  const execution = await end(await start(arn, { n: 21 }));
  expect(JSON.parse(execution.output as string)).toEqual({
    ExecutedVersion: "$LATEST",
    Payload: { doubled: 42 },
    StatusCode: 200,
  });
  const { events } = await aws.sfn.send(
    new GetExecutionHistoryCommand({ executionArn: execution.executionArn }),
  );
  expect(events?.map((event) => event.type)).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
  ]);
  expect(events?.[1]?.stateEnteredEventDetails).toMatchObject({ name: "A", input: '{"n":21}' });
  expect(events?.[0]?.timestamp).toBeInstanceOf(Date);
});

test("a function that fails gives its own error type, and its error as the cause", async () => {
  const execution = await end(await start(await machine("fails", task("plays", { fail: true }))));
  expect([execution.status, execution.error]).toEqual(["FAILED", "Boom"]);
  expect(JSON.parse(execution.cause as string)).toMatchObject({
    errorType: "Boom",
    errorMessage: "it broke",
  });
});

test("what the machine's role does not allow fails here too", async () => {
  const execution = await end(await start(await machine("oversteps", task("forbidden", {}))));
  expect([execution.status, execution.error]).toEqual(["FAILED", "Lambda.AWSLambdaException"]);
});

test("a definition with a resource that is not here is refused by its name", async () => {
  const making = machine("elsewhere", { Type: "Task", Resource: "arn:aws:states:::sns:publish", End: true });
  await expect(making).rejects.toMatchObject({
    name: "InvalidDefinition",
    message: expect.stringContaining("sns:publish"),
  });
});

test("a waiting task survives a restart, and its token is answered afterwards", async () => {
  const Resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
  const arn = await machine(
    "holds",
    task("plays", { token: "{% $states.context.Task.Token %}" }, { Resource, TimeoutSeconds: 600 }),
  );
  const executionArn = await start(arn);
  await expect.poll(async () => (await aws.invoke("plays", { ask: true })).json).not.toBeNull();
  const taskToken = (await aws.invoke("plays", { ask: true })).json;
  await aws.stop();
  aws = await runSandbox(aws.directory);
  await aws.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"held"' }));
  expect((await end(executionArn)).output).toBe('"held"');
  const late = aws.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "1" }));
  expect(await refusal(late)).toBe("TaskTimedOut");
});

test("an execution can be stopped, listed and described; machines can be changed", async () => {
  const arn = await machine("waits", { Type: "Wait", Seconds: 600, End: true });
  const executionArn = await start(arn);
  await aws.sfn.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
  expect(await end(executionArn)).toMatchObject({ status: "ABORTED", error: "Enough" });
  const { executions } = await aws.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: arn, statusFilter: "ABORTED" }),
  );
  expect(executions?.map((one) => one.executionArn)).toEqual([executionArn]);
  const definition = JSON.stringify({
    QueryLanguage: "JSONata",
    StartAt: "A",
    States: { A: { Type: "Succeed" } },
  });
  await aws.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition }));
  const described = await aws.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
  expect([described.definition, described.status]).toEqual([definition, "ACTIVE"]);
  expect((await end(await start(arn))).status).toBe("SUCCEEDED");
  const { stateMachines } = await aws.sfn.send(new ListStateMachinesCommand({}));
  expect(stateMachines?.map((one) => one.name)).toContain("waits");
  expect(await refusal(start(`${arn}x`))).toBe("StateMachineDoesNotExist");
});

test("a token may be sent by who is granted it on the token's state machine", async () => {
  const Resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
  const Payload = { token: "{% $states.context.Task.Token %}" };
  const arn = await machine("granted", task("plays", Payload, { Resource, TimeoutSeconds: 600 }));
  const allow = (on: string) => [{ Effect: "Allow", Action: ["states:SendTaskSuccess"], Resource: [on] }];
  const [granted, other] = [
    await aws.role("sender", allow(arn)),
    await aws.role("stranger", allow(`${arn}-other`)),
  ];
  const executionArn = await start(arn);
  const events = async () => (await aws.sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events;
  await expect.poll(async () => (await events())?.map((event) => event.type)).toContain("TaskSubmitted");
  const input = { taskToken: (await aws.invoke("plays", { ask: true })).json, output: '"sent"' };
  const send = (principal: string) =>
    aws.sandbox.platform.call("states", "SendTaskSuccess", input, principal);
  expect(await refusal(send(other))).toMatch(/^AccessDenied/);
  await send(granted);
  expect((await end(executionArn)).output).toBe('"sent"');
});
