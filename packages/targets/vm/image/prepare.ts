// Sees to it that the image of a release stands: looks for it, starts the image workflow where it is missing, watches it.
// The execution is named after what makes the image, so that it never runs twice at once; a name that has ended cannot be
// used again for 90 days (Step Functions API, StartExecution), so a number follows.
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { NewEvent } from "#core/domain/event.ts";
import type { Step } from "#core/domain/step.ts";
import type { Observation, TargetContext } from "#core/driver/driver.ts";
import { callAws, isAwsError } from "#targets/host/call-aws.ts";
import type { Vm } from "../client.ts";
import { imageOf, type Standing } from "./find.ts";
import { type ImageRequest, imageRequest } from "./request.ts";

/** `execution`: the name under which it was started or found. */
export type ImageState = { execution: string };

export type Preparation =
  | { phase: "ready"; image: Standing; events: NewEvent[] }
  | { phase: "running"; state: ImageState; observations: Observation[] }
  | { phase: "failed"; reason: string };

const MOST_ATTEMPTS = 50;

export async function prepareImage(
  vm: Vm,
  target: TargetContext,
  step: Pick<Step, "version" | "startedAt">,
  state: ImageState | null,
): Promise<Preparation> {
  const release = await target.release(step.version!);
  const image = await imageOf(vm, target, release);
  if (image) return { phase: "ready", image, events: state ? [baked(image)] : [] };
  const request = imageRequest(target, release, vm.namePrefix);
  const { name, execution } = state
    ? { name: state.execution, execution: await describe(vm, state.execution) }
    : await begin(vm, request, step.startedAt);
  if (execution === null) return { phase: "failed", reason: `The image workflow ${name} is gone.` };
  if (execution.status === "RUNNING" || execution.status === "SUCCEEDED")
    return {
      phase: "running",
      state: { execution: name },
      observations: [await whereIs(vm, name, execution)],
    };
  return { phase: "failed", reason: reasonOf(execution, step.version!) };
}

function baked({ id, version }: Standing): NewEvent {
  return { type: "note", message: `The image of ${version} is ${id}.` };
}

function reasonOf({ status, cause }: DescribeExecutionOutput, version: string): string {
  return `The image of ${version} could not be made: ${cause || `the workflow ended ${status}`}`;
}

/** The first number that is free, or under way. One that failed before this step began belongs to an earlier attempt. */
async function begin(vm: Vm, request: ImageRequest, since: string | null) {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const name = `${request.app.slice(0, 40)}-${request.key.slice(0, 24)}-${attempt}`;
    const execution = (await describe(vm, name)) ?? (await start(vm, name, request));
    const endedAt = execution.stopDate?.getTime() ?? Number.POSITIVE_INFINITY;
    if (endedAt >= Date.parse(since ?? "") || execution.status === "RUNNING") return { name, execution };
  }
  return { name: `${request.app}-${request.key.slice(0, 24)}`, execution: null };
}

async function describe(vm: Vm, name: string): Promise<DescribeExecutionOutput | null> {
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
async function start(vm: Vm, name: string, request: ImageRequest): Promise<DescribeExecutionOutput> {
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

function executionArnOf({ imageMachineArn }: Vm, name: string): string {
  return `${imageMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** The state that it is in is the replica's name, so that each new one counts as movement. */
async function whereIs(
  vm: Vm,
  name: string,
  { status }: Pick<DescribeExecutionOutput, "status">,
): Promise<Observation> {
  const stage = status === "SUCCEEDED" ? "made" : await stageOf(vm, name);
  return {
    replica: `image: ${stage}`,
    version: null,
    health: "starting",
    reachable: true,
    hopeless: false,
    serving: false,
    detail: stage,
  };
}

async function stageOf(vm: Vm, name: string): Promise<string> {
  const executionArn = executionArnOf(vm, name);
  const { events = [] } = await callAws("states:GetExecutionHistory", (abortSignal) =>
    vm.sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 30 }), {
      abortSignal,
    }),
  );
  return events.find((one) => one.stateEnteredEventDetails)?.stateEnteredEventDetails?.name ?? "begins";
}
