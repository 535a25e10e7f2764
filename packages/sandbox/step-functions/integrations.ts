// What a Task can call, and how: the resources of the language on one side, operations of the other services on the
// other. A resource that is not in this table is refused when the state machine is created.
import type { Platform } from "../platform.ts";
import { StateError } from "./language/errors.ts";

export type Integration = {
  service: string;
  operation: string;
  /** How history names it. */
  resourceType: string;
  resource: string;
  /** The task ends when its token is sent back, not when the call returns. */
  waitsForToken: boolean;
  /** In front of an error's name: `Lambda.TooManyRequestsException`. */
  errorPrefix: string;
  /** A function named directly: history has LambdaFunction events, the output is the payload alone. */
  isPlainFunction?: boolean;
  toInput(args: Record<string, unknown>): unknown;
  toResult(output: unknown): unknown;
};

type Answer = Record<string, unknown>;

const jsonOf = (output: unknown) => JSON.parse(JSON.stringify(output ?? {}));

const invoke: Integration = {
  service: "lambda",
  operation: "Invoke",
  resourceType: "lambda",
  resource: "invoke",
  waitsForToken: false,
  errorPrefix: "Lambda",
  toInput: ({ Payload, ...args }) => ({
    ...args,
    Payload: Buffer.from(JSON.stringify(Payload === undefined ? {} : Payload)),
  }),
  toResult: (output) => invocationResult(output as Answer),
};

const startExecution: Integration = {
  service: "states",
  operation: "StartExecution",
  resourceType: "states",
  resource: "startExecution",
  waitsForToken: false,
  errorPrefix: "StepFunctions",
  toInput: ({ StateMachineArn, Name, Input }) => ({
    stateMachineArn: StateMachineArn,
    name: Name,
    input: typeof Input === "string" ? Input : JSON.stringify(Input ?? {}),
  }),
  toResult: (output) => {
    const { executionArn, startDate } = jsonOf(output);
    return { ExecutionArn: executionArn, StartDate: startDate };
  },
};

const sdk = (service: string, operation: string, resourceType: string, prefix: string): Integration => ({
  service,
  operation: operation[0]?.toUpperCase() + operation.slice(1),
  resourceType: `aws-sdk:${resourceType}`,
  resource: operation,
  waitsForToken: false,
  errorPrefix: prefix,
  toInput: (args) => args,
  toResult: jsonOf,
});

const putEvents: Integration = {
  ...sdk("events", "putEvents", "eventbridge", "EventBridge"),
  toInput: ({ Entries }) => ({
    Entries: (Entries as Answer[]).map((entry) => ({
      ...entry,
      Detail: typeof entry.Detail === "string" ? entry.Detail : JSON.stringify(entry.Detail),
    })),
  }),
};

const dynamo = ["getItem", "putItem", "updateItem", "deleteItem", "query"];

const table = new Map<string, Integration>([
  ["lambda:invoke", invoke],
  ["lambda:invoke.waitForTaskToken", { ...invoke, resource: "invoke.waitForTaskToken", waitsForToken: true }],
  ["states:startExecution", startExecution],
  ["aws-sdk:sfn:startExecution", { ...startExecution, resourceType: "aws-sdk:sfn", errorPrefix: "Sfn" }],
  ["events:putEvents", { ...putEvents, resourceType: "events" }],
  ["aws-sdk:eventbridge:putEvents", putEvents],
  ...dynamo.map((operation): [string, Integration] => [
    `aws-sdk:dynamodb:${operation}`,
    sdk("dynamodb", operation, "dynamodb", "DynamoDb"),
  ]),
]);

export function integrationOf(resource: string): Integration | undefined {
  if (/^arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(resource)) {
    return {
      ...invoke,
      isPlainFunction: true,
      toInput: (args) => ({ FunctionName: resource, Payload: Buffer.from(JSON.stringify(args)) }),
      toResult: (output) => (invocationResult(output as Answer) as Answer).Payload,
    };
  }
  const name = /^arn:aws:states:::(.+)$/.exec(resource)?.[1];
  return name === undefined ? undefined : table.get(name);
}

export const knownResources = [...table.keys()].map((name) => `arn:aws:states:::${name}`);

/** Calls as the machine's role. Every failure comes out as a StateError with the name that AWS gives it. */
export async function callIntegration(
  platform: Platform,
  integration: Integration,
  args: unknown,
  roleArn: string,
): Promise<unknown> {
  let output: unknown;
  try {
    const input = integration.toInput(args as Answer);
    output = await platform.call(integration.service, integration.operation, input, roleArn);
  } catch (error) {
    throw serviceError(integration, error as Error & { code?: string });
  }
  return integration.toResult(output);
}

/** The SDK's name of an exception always ends in `Exception`; a refusal by IAM of Lambda has a name of its own. */
function serviceError(integration: Integration, error: Error & { code?: string }): StateError {
  const code = error.code ?? "InternalError";
  const refused = /^AccessDenied/.test(code);
  if (refused && integration.service === "lambda")
    return new StateError("Lambda.AWSLambdaException", error.message);
  const name = code.endsWith("Exception") ? code : `${code}Exception`;
  return new StateError(`${integration.errorPrefix}.${name}`, error.message);
}

/** A function that failed gives its own error type as the name and the JSON of the error as the cause. */
function invocationResult(answer: Answer): unknown {
  const text = Buffer.from((answer.Payload as Uint8Array | undefined) ?? []).toString("utf8");
  if (answer.FunctionError) throw new StateError(errorTypeOf(text), text);
  return {
    ExecutedVersion: answer.ExecutedVersion ?? "$LATEST",
    Payload: text === "" ? {} : JSON.parse(text),
    StatusCode: answer.StatusCode ?? 200,
  };
}

function errorTypeOf(text: string): string {
  try {
    const { errorType } = JSON.parse(text) as { errorType?: string };
    return errorType || "Lambda.Unknown";
  } catch {
    return "Lambda.Unknown";
  }
}
