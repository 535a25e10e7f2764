// Brings one train to its end: the train function does whatever can be done now and keeps the task's token, and whatever ends a
// deployment of the train sends it. So a train that waits costs nothing, and a round is two transitions: one for each
// deployment that ends, one at the start and one at the end. The slice of waiting is only the safety net.
import type { TrainMove } from "#core/train/messages.ts";
import { TRAIN_SLICE_SECONDS } from "#core/train/messages.ts";
import { type Definition, jsonata, ofExecution, type State, TRACE_ID } from "./asl.ts";
import { otherwise, TRY_AGAIN_WAITING, TRY_STARTING_AGAIN } from "./retries.ts";

export type TrainReferences = {
  /** ARN of the function that drives trains. */
  functionArn: string;
  /** ARN of this state machine. */
  trainArn: string;
};

/** A year is the longest that Step Functions lets an execution run (quotas, "Maximum execution time"). */
const LONGEST_SECONDS = 31_536_000;

export function trainDefinition(references: TrainReferences): Definition {
  return {
    Comment: "Brings one train of deployments to its end.",
    QueryLanguage: "JSONata",
    StartAt: "Drive",
    TimeoutSeconds: LONGEST_SECONDS,
    States: {
      Drive: drive(references),
      "Next stop": nextStop(),
      "Carry on": carryOn(references),
      Done: { Type: "Succeed" },
      Failed: {
        Type: "Fail",
        Error: "Tutti.TrainFailed",
        Cause: "The train could not be driven from here; the sweep carries it on or closes it.",
      },
    },
  };
}

function drive({ functionArn }: TrainReferences): State {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: {
      FunctionName: functionArn,
      Payload: {
        trainId: ofExecution("trainId"),
        generation: ofExecution("generation"),
        traceId: TRACE_ID,
        enteredAt: jsonata("$states.context.State.EnteredTime"),
        taskToken: jsonata("$states.context.Task.Token"),
      },
    },
    TimeoutSeconds: TRAIN_SLICE_SECONDS,
    Retry: TRY_AGAIN_WAITING,
    Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Drive", Output: {} }, ...otherwise("Failed")],
    Output: jsonata("$states.result"),
    Next: "Next stop",
  };
}

const BRANCHES: Record<Exclude<TrainMove["next"], "drive">, string> = { done: "Done", carryOn: "Carry on" };

function nextStop(): State {
  const choices = Object.entries(BRANCHES).map(([next, state]) => ({
    Condition: jsonata(`$states.input.next = '${next}'`),
    Next: state,
  }));
  return { Type: "Choice", Choices: choices, Default: "Drive" };
}

/** The next execution fences this one off when it drives. That it is there already is as good. */
function carryOn({ trainArn }: TrainReferences): State {
  const generation = jsonata("$states.input.generation");
  return {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution",
    Arguments: {
      StateMachineArn: trainArn,
      Name: jsonata("$states.context.Execution.Input.trainId & '-' & $string($states.input.generation)"),
      Input: { trainId: ofExecution("trainId"), generation, traceId: TRACE_ID },
    },
    TimeoutSeconds: 30,
    Retry: TRY_STARTING_AGAIN,
    Catch: [
      { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], Next: "Done" },
      { ErrorEquals: ["States.ALL"], Next: "Failed" },
    ],
    Next: "Done",
  };
}
