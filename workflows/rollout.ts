// The release protocol, from top to bottom. Every state asks the driver function of the deployment's kind and goes
// where its answer, a Move, says. It holds no cursor: what comes next is read off the deployment each time, so every
// state may be entered twice, and an execution may end anywhere and be carried on by another one.
//
// Transitions: Plan, Next step, Finish, Done; for a step Apply, Check, Next step; for a slice of a bake Bake, Check,
// Next step; for an attempt of a hook Run the hook, Next step; for a step in shards Play the shards, one for each shard, Check, Next step.
import type { Move } from "#core/rollout/messages.ts";
import {
  type Definition,
  jsonata,
  type MapState,
  ofExecution,
  type State,
  type TaskState,
  type Template,
  TRACE_ID,
} from "./asl.ts";
import { otherwise, STILL_RUNNING, TRY_AGAIN, TRY_AGAIN_WAITING, TRY_STARTING_AGAIN } from "./retries.ts";

export type RolloutReferences = {
  /** ARN of the driver functions without the kind: `arn:…:function:tutti-driver-`. */
  driverArnPrefix: string;
  /** ARN of the function that calls hooks. */
  hooksArn: string;
  /** ARN of this state machine. */
  rolloutArn: string;
};

/** A year is the longest that Step Functions lets an execution run (quotas, "Maximum execution time"). */
const LONGEST_SECONDS = 31_536_000;

/** Longer than the 20 s that a task watches, with room for the platform's slow calls. */
const WATCH_TIMEOUT_SECONDS = 90;
const CALL_TIMEOUT_SECONDS = 120;
/** Longer than the longest hook (300 s), with the pause behind it. */
const HOOK_TIMEOUT_SECONDS = 330;

/** Inline maps play at most 40 iterations at once (Step Functions, "Map state, inline mode"). */
const SHARDS_AT_ONCE = 40;

export function rolloutDefinition(references: RolloutReferences): Definition {
  const states: Record<string, State> = {
    Plan: { ...call(references, "plan"), Next: "Next step" },
    "Next step": nextStep(),
    "Apply the step": { ...call(references, "apply"), Next: "Check the step" },
    "Play the shards": playTheShards(references),
    "Check the step": {
      ...call(references, "check"),
      TimeoutSeconds: WATCH_TIMEOUT_SECONDS,
      Next: "Next step",
    },
    "Run the hook": runTheHook(references),
    Bake: bake(references),
    Hold: hold(references),
    "Roll back": {
      ...call(references, "rollBack", {
        error: ERROR,
        enteredAt: ENTERED_AT,
      }),
      Catch: otherwise("Give up"),
      Next: "Next step",
    },
    Finish: { ...call(references, "finish"), Catch: otherwise("Give up"), Next: "Done" },
    "Carry on": carryOn(references),
    "Give up": {
      Comment: "Needs only the store. Where even that fails, the sweep closes the deployment.",
      ...call(references, "giveUp", { error: ERROR }),
      Catch: otherwise("Failed"),
      Next: "Failed",
    },
    Done: { Type: "Succeed" },
    Failed: {
      Type: "Fail",
      Error: "Tutti.RolloutFailed",
      Cause: "The deployment could not be brought to its end from here; its record says why.",
    },
  };
  return {
    Comment: "Brings one deployment to its end.",
    QueryLanguage: "JSONata",
    StartAt: "Plan",
    TimeoutSeconds: LONGEST_SECONDS,
    States: states,
  };
}

/** The same however often the state is tried. */
const ENTERED_AT = jsonata("$states.context.State.EnteredTime");

/** Whoever is tried again does not know what has become of the attempt before. */
const RETRY = jsonata("$states.context.State.RetryCount");

/** What a state was led to by; null where it was a decision. */
const ERROR = jsonata("$exists($states.input.error) ? $states.input.error : null");

function call(references: RolloutReferences, verb: string, more: Record<string, Template> = {}): TaskState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: request(references, verb, more),
    TimeoutSeconds: CALL_TIMEOUT_SECONDS,
    Retry: TRY_AGAIN,
    Catch: otherwise("Roll back"),
    Output: jsonata("$states.result.Payload"),
  };
}

/** The function's name is computed from the kind, so that there is no branch on it. */
function request(
  { driverArnPrefix }: RolloutReferences,
  verb: string,
  more: Record<string, Template>,
): Template {
  return {
    FunctionName: jsonata(`'${driverArnPrefix}' & $states.context.Execution.Input.kind`),
    Payload: {
      verb,
      deploymentId: ofExecution("deploymentId"),
      generation: ofExecution("generation"),
      traceId: TRACE_ID,
      retry: RETRY,
      ...more,
    },
  };
}

const BRANCHES: Record<Move["next"], string> = {
  apply: "Apply the step",
  shards: "Play the shards",
  check: "Check the step",
  hook: "Run the hook",
  bake: "Bake",
  hold: "Hold",
  rollBack: "Roll back",
  finish: "Finish",
  carryOn: "Carry on",
};

function nextStep(): State {
  const choices = Object.entries(BRANCHES).map(([next, state]) => ({
    Condition: jsonata(`$states.input.next = '${next}'`),
    Next: state,
  }));
  return { Type: "Choice", Choices: choices, Default: "Roll back" };
}

function playTheShards(references: RolloutReferences): MapState {
  const {
    Catch: _outside,
    Output: _move,
    ...play
  } = call(references, "play", { shard: jsonata("$states.input.shard") });
  return {
    Type: "Map",
    Items: jsonata("$states.input.shards"),
    MaxConcurrency: SHARDS_AT_ONCE,
    ItemSelector: { shard: jsonata("$states.context.Map.Item.Value") },
    ItemProcessor: {
      ProcessorConfig: { Mode: "INLINE" },
      StartAt: "Play the shard",
      States: {
        "Play the shard": {
          ...play,
          TimeoutSeconds: WATCH_TIMEOUT_SECONDS,
          Retry: [STILL_RUNNING, ...TRY_AGAIN],
          Output: {},
          End: true,
        },
      },
    },
    Catch: otherwise("Roll back"),
    Output: {},
    Next: "Check the step",
  };
}

/** One attempt. Whether there is another one, the answer says. */
function runTheHook(references: RolloutReferences): TaskState {
  return {
    ...call(references, "hook"),
    Arguments: {
      FunctionName: references.hooksArn,
      Payload: {
        deploymentId: ofExecution("deploymentId"),
        generation: ofExecution("generation"),
        traceId: TRACE_ID,
      },
    },
    TimeoutSeconds: HOOK_TIMEOUT_SECONDS,
    Next: "Next step",
  };
}

/** Ends with an operator's word, which brings the next Move along, or with its time, which means: go on. */
function waiting(references: RolloutReferences, verb: "bake" | "hold"): TaskState {
  return {
    ...call(references, verb, {
      taskToken: jsonata("$states.context.Task.Token"),
      enteredAt: ENTERED_AT,
    }),
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    TimeoutSeconds: jsonata("$ceil($states.input.seconds)"),
    Retry: TRY_AGAIN_WAITING,
    Output: jsonata("$states.result"),
    Next: "Next step",
  };
}

function bake(references: RolloutReferences): TaskState {
  const goOn = { ErrorEquals: ["States.Timeout"], Next: "Check the step", Output: {} };
  return { ...waiting(references, "bake"), Catch: [goOn, ...otherwise("Roll back")] };
}

/** Here a time-out means that nobody said anything for a day. */
function hold(references: RolloutReferences): TaskState {
  return waiting(references, "hold");
}

/** The next execution fences this one off when it plans. That it is there already is as good. */
function carryOn({ rolloutArn }: RolloutReferences): TaskState {
  const generation = jsonata("$states.input.generation");
  return {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution",
    Arguments: {
      StateMachineArn: rolloutArn,
      Name: jsonata("$states.context.Execution.Input.deploymentId & '-' & $string($states.input.generation)"),
      Input: {
        deploymentId: ofExecution("deploymentId"),
        kind: ofExecution("kind"),
        generation,
        traceId: TRACE_ID,
      },
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
