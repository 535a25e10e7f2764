// The executions of the image workflow: how they are named, found, started, stopped, and in which state they are.
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { Vm } from "../client.ts";
import type { ImageRequest } from "./request.ts";

type Sfn = Pick<Vm, "sfn" | "imageMachineArn">;

/** The error of an execution that was stopped because nobody wanted its image any more: whoever wants it begins again. */
export const ABANDONED = "Tutti.abandoned";

export function executionName({ app, key }: Pick<ImageRequest, "app" | "key">, attempt: number): string {
  return `${app.slice(0, 40)}-${key.slice(0, 24)}-${attempt}`;
}

export async function describe(vm: Sfn, name: string): Promise<DescribeExecutionOutput | null> {
  const executionArn = executionArnOf(vm, name);
  try {
    return await callAws("states:DescribeExecution", (abortSignal) =>
      vm.sfn.send(new DescribeExecutionCommand({ executionArn }), { abortSignal }),
    );
  } catch (error) {
    if (isAwsError(error, "ExecutionDoesNotExist")) return null;
    throw error;
  }
}

/** Another deployment may have been faster: then it is theirs, and as good. */
export async function start(vm: Sfn, name: string, request: ImageRequest): Promise<DescribeExecutionOutput> {
  try {
    await callAws("states:StartExecution", (abortSignal) =>
      vm.sfn.send(
        new StartExecutionCommand({
          stateMachineArn: vm.imageMachineArn,
          name,
          input: JSON.stringify(request),
        }),
        { abortSignal },
      ),
    );
  } catch (error) {
    if (!isAwsError(error, "ExecutionAlreadyExists")) throw error;
  }
  return { executionArn: executionArnOf(vm, name), status: "RUNNING" } as DescribeExecutionOutput;
}

export function executionArnOf({ imageMachineArn }: Sfn, name: string): string {
  return `${imageMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** One that has ended stays as it ended. */
export async function stop(vm: Sfn, name: string, cause: string): Promise<void> {
  const executionArn = executionArnOf(vm, name);
  try {
    await callAws("states:StopExecution", (abortSignal) =>
      vm.sfn.send(new StopExecutionCommand({ executionArn, error: ABANDONED, cause }), { abortSignal }),
    );
  } catch (error) {
    if (!isAwsError(error, "ExecutionDoesNotExist")) throw error;
  }
}

export async function stageOf(vm: Sfn, name: string): Promise<string> {
  const executionArn = executionArnOf(vm, name);
  const { events = [] } = await callAws("states:GetExecutionHistory", (abortSignal) =>
    vm.sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 30 }), {
      abortSignal,
    }),
  );
  return events.find((one) => one.stateEnteredEventDetails)?.stateEnteredEventDetails?.name ?? "begins";
}
