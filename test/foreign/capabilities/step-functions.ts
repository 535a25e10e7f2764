// What Step Functions does for the workflows, one feature of the language at a time.
import { LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  TestStateCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { aFunction, eventually, fresh, type Probes, ROLE_ARN, WORKS } from "./probe.ts";

const sfn = new SFNClient({});
const lambda = new LambdaClient({});

type States = Record<string, unknown>;

export const STEP_FUNCTIONS: Probes = {
  "finds a mistake in a definition": async () => {
    const definition = JSON.stringify({ StartAt: "Nowhere", States: { A: { Type: "Succeed" } } });
    const { result } = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
    return result === "FAIL" ? WORKS : `says ${result}`;
  },
  "tries one state": async () => {
    const definition = JSON.stringify({
      QueryLanguage: "JSONata",
      Type: "Pass",
      Output: "{% 1 + 1 %}",
      End: true,
    });
    // AWS has a host of its own for it (`sync-states…`), which an endpoint on an address cannot have.
    const { status, output } = await new SFNClient({ disableHostPrefix: true }).send(
      new TestStateCommand({ definition, roleArn: ROLE_ARN, input: "{}" }),
    );
    return status === "SUCCEEDED" && output === "2" ? WORKS : `answers ${status} ${output}`;
  },
  "evaluates JSONata": async () => {
    const Output = { sum: "{% $states.input.a + 1 %}" };
    return expecting(await run({ A: { Type: "Pass", Output, End: true } }, { a: 1 }), { sum: 2 });
  },
  "invokes a function and hands on what it answers": async () => {
    const FunctionName = await aFunction(lambda, "exports.handler = async (event) => ({ got: event.a });");
    const A = { ...task(FunctionName, "lambda:invoke", { a: 1 }), Output: "{% $states.result.Payload %}" };
    return expecting(await run({ A: { ...A, End: true } }), { got: 1 });
  },
  "catches a function's error by its name": async () => {
    const code =
      'exports.handler = async () => { throw Object.assign(new Error("no"), { name: "Tutti.Fenced" }); };';
    const FunctionName = await aFunction(lambda, code);
    const Catch = [{ ErrorEquals: ["Tutti.Fenced"], Next: "Done", Output: "caught" }];
    const A = { ...task(FunctionName, "lambda:invoke", {}), Catch, End: true };
    return expecting(await run({ A, Done: { Type: "Succeed" } }), "caught");
  },
  "plays a Map with an item selector": async () => {
    const A = {
      Type: "Map",
      Items: "{% $states.input.shards %}",
      MaxConcurrency: 2,
      ItemSelector: { shard: "{% $states.context.Map.Item.Value %}" },
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "One",
        States: { One: { Type: "Pass", Output: "{% $states.input.shard * 10 %}", End: true } },
      },
      End: true,
    };
    return expecting(await run({ A }, { shards: [1, 2] }), [10, 20]);
  },
  "waits for a task token and ends at its time-out": async () => {
    return expecting(await waitForNobody(1), "time is over");
  },
  "takes a time-out that is an expression": async () => {
    return expecting(await waitForNobody("{% $ceil($states.input.seconds) %}"), "time is over");
  },
};

/** A task that waits for a token which nobody sends. */
async function waitForNobody(TimeoutSeconds: number | string) {
  const FunctionName = await aFunction(lambda, "exports.handler = async () => null;");
  const A = {
    ...task(FunctionName, "lambda:invoke.waitForTaskToken", { token: "{% $states.context.Task.Token %}" }),
    TimeoutSeconds,
    Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Done", Output: "time is over" }],
    End: true,
  };
  return run({ A, Done: { Type: "Succeed" } }, { seconds: 0.5 });
}

function task(FunctionName: string, call: string, Payload: unknown): States {
  return { Type: "Task", Resource: `arn:aws:states:::${call}`, Arguments: { FunctionName, Payload } };
}

async function run(states: States, input: unknown = {}) {
  const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "A", States: states });
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({ name: fresh(), definition, roleArn: ROLE_ARN }),
  );
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  const look = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  return eventually(look, ({ status }) => status !== "RUNNING");
}

function expecting(end: Awaited<ReturnType<typeof run>>, output: unknown): string {
  if (end.status !== "SUCCEEDED") return end.error ?? `stays ${end.status}`;
  return JSON.stringify(JSON.parse(end.output ?? "null")) === JSON.stringify(output)
    ? WORKS
    : "another output";
}
