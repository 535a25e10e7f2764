// Mends one target, where a survey has found that something is to be mended: never started for what is well. The target's lock bears
// this execution's name for as long as the repair takes, also where the platform carries it on for longer than a function may run.
// Transitions: Mend, What next, Done; and for each look two.
import type { HealMove } from "#core/heal/messages.ts";
import { type Definition, jsonata, ofExecution, type State, type TaskState, type Template } from "./asl.ts";
import { otherwise, TRY_AGAIN } from "./retries.ts";

export type HealReferences = {
  /** ARN of the driver functions without the kind: `arn:…:function:tutti-driver-`. */
  driverArnPrefix: string;
};

/** The engine ends its looking after half an hour (engine/heal/look-after.ts); this is more than all looks and their attempts could take. */
const LONGEST_SECONDS = 100_000;
/** A repair restarts apps and watches them; what a call leaves open the looks see to. */
const MEND_TIMEOUT_SECONDS = 300;
/** Longer than the 20 s that a look watches, with room for the platform's slow calls. */
const LOOK_TIMEOUT_SECONDS = 90;

export function healDefinition(references: HealReferences): Definition {
  return {
    Comment: "Repairs what is broken of one target, and gives its lock back.",
    QueryLanguage: "JSONata",
    StartAt: "Mend",
    TimeoutSeconds: LONGEST_SECONDS,
    States: {
      Mend: { ...call(references, "mend", MEND_TIMEOUT_SECONDS), Next: "What next" },
      "What next": whatNext(),
      Look: { ...call(references, "lookAfter", LOOK_TIMEOUT_SECONDS), Next: "What next" },
      "Give up": {
        Comment: "Needs only the store. Where even that fails, the sweep gives the lock back.",
        ...call(references, "endMend", LOOK_TIMEOUT_SECONDS, { error: jsonata("$states.input.error") }),
        Catch: otherwise("Failed"),
        Next: "Failed",
      },
      Done: { Type: "Succeed" },
      Failed: {
        Type: "Fail",
        Error: "Tutti.HealingFailed",
        Cause:
          "The repair could not be carried out from here; the healing run says why, and the next survey looks again.",
      },
    },
  };
}

function call(
  { driverArnPrefix }: HealReferences,
  verb: string,
  TimeoutSeconds: number,
  more: Record<string, Template> = {},
): TaskState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: jsonata(`'${driverArnPrefix}' & $states.context.Execution.Input.kind`),
      Payload: {
        verb,
        runId: ofExecution("runId"),
        app: ofExecution("app"),
        environment: ofExecution("environment"),
        trigger: ofExecution("trigger"),
        startedAt: ofExecution("startedAt"),
        broken: ofExecution("broken"),
        ...more,
      },
    },
    TimeoutSeconds,
    Retry: TRY_AGAIN,
    Catch: otherwise("Give up"),
    Output: jsonata("$states.result.Payload"),
  };
}

const BRANCHES: Record<HealMove["next"], string> = { look: "Look", done: "Done" };

function whatNext(): State {
  const choices = Object.entries(BRANCHES).map(([move, state]) => ({
    Condition: jsonata(`$states.input.next = '${move}'`),
    Next: state,
  }));
  return { Type: "Choice", Choices: choices, Default: "Done" };
}
